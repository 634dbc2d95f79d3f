"""Files fetched from their publishers, where a stable address is known; never during a build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pooch
import requests

from caseanalysis.errors import MissingDataError, UnknownPublicationError
from caseanalysis.officialfile import LARGEST_FILE
from caseanalysis.registers import Source

#: Seconds to wait for a connection, and for the next bytes.
PATIENCE = (10, 60)
#: Further attempts after a download that was cut off or is not what its record says.
FURTHER_ATTEMPTS = 2
_NOT_THERE = range(400, 500)


def advice(source: Source) -> str:
    """Return the page to visit for a publication and what to save there."""
    return f"visit {source.page} — {source.obtain} Then run `caseanalysis data add PATH`"


def fetch(source: Source, folder: Path) -> Path:
    """Return a publication's file, downloaded once into a folder and checked by its SHA-256.

    Parameters
    ----------
    source : Source
        A record with a stable address.
    folder : Path
        Where downloads are kept; a file that is there and whole is not fetched again.

    Raises
    ------
    MissingDataError
        If the record has no address, or the file cannot be had; at once where there is no
        connection. The message says which page to visit and what to save.
    UnknownPublicationError
        If what is offered is larger than any publication.
    """
    if source.address is None or source.address_sha256 is None:
        raise _not_had(source, "no stable address in its record")
    name = f"{source.id}-{source.address_sha256[:12]}"
    downloads = pooch.create(
        path=folder,
        base_url="",
        registry={name: f"sha256:{source.address_sha256}"},
        urls={name: str(source.address)},
        retry_if_failed=FURTHER_ATTEMPTS,
    )
    pooch.get_logger().setLevel("ERROR")
    try:
        return Path(downloads.fetch(name, downloader=_Downloader(source)))
    except ValueError:
        raise _not_had(source, f"a file of another SHA-256 at {source.address}") from None
    except requests.RequestException as error:
        raise _not_had(source, f"no answer to a request for {source.address} ({error})") from error
    except OSError as error:
        raise _not_had(source, f"no room to keep it ({error.strerror or error})") from error


class _Downloader:
    """Downloads a file in parts; gives up at once without a connection, and on one too large."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def __call__(self, url: str, output_file: Any, pup: Any, check_only: bool = False) -> None:
        with self._answer(url) as answer:
            if answer.status_code in _NOT_THERE:
                # To ask again for what is not there would only delay the advice.
                raise _not_had(self.source, f"{answer.status_code} {answer.reason} from {url}")
            answer.raise_for_status()
            self._save(answer, Path(output_file))

    def _answer(self, url: str) -> requests.Response:
        try:
            return requests.get(url, stream=True, timeout=PATIENCE)
        except requests.ConnectionError:
            # Not one of the errors after which the library tries again: offline fails at once.
            raise _not_had(self.source, f"no connection to {url}") from None

    def _save(self, answer: requests.Response, path: Path) -> None:
        size = 0
        with path.open("wb") as stream:
            for part in answer.iter_content(chunk_size=1024**2):
                size += len(part)
                if size > LARGEST_FILE:
                    raise UnknownPublicationError(
                        where=answer.url,
                        found=f"more than {LARGEST_FILE:,} bytes",
                        wanted=f"the file of {self.source.title}",
                        remedy=advice(self.source),
                    )
                stream.write(part)


def _not_had(source: Source, found: str) -> MissingDataError:
    return MissingDataError(
        where=f"source {source.id}",
        found=found,
        wanted=f"the file of {source.title}",
        remedy=advice(source),
    )
