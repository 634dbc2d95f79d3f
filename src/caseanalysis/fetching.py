"""Files fetched from their publishers, where a stable address is known; never during a build."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pooch
import requests

from caseanalysis.errors import CaseAnalysisError, MissingDataError, UnknownPublicationError
from caseanalysis.officialfile import LARGEST_FILE
from caseanalysis.registers import Address, Source
from caseanalysis.store import Store

#: Seconds to wait for a connection, and for the next bytes.
PATIENCE = (10, 60)
#: Further attempts after a download that was cut off or is not what its record says.
FURTHER_ATTEMPTS = 2
_NOT_THERE = range(400, 500)


class NoConnectionError(MissingDataError):
    """A publisher who cannot be reached; to try the next file would only take longer."""


@dataclass(frozen=True)
class Fetched:
    """What became of one file: ``added``, ``already held`` or ``not had``, and why it was not."""

    address: Address
    result: str
    detail: str
    error: CaseAnalysisError | None = None


def advice(source: Source) -> str:
    """Return the page to visit for a publication and what to save there."""
    return f"visit {source.page} — {source.obtain} Then run `caseanalysis data add PATH`"


def fetch_missing(source: Source, addresses: Iterable[Address], held: Store) -> Iterator[Fetched]:
    """Take every file of a source that a store does not hold; yield what became of each.

    Parameters
    ----------
    source : Source
        The record of the publication.
    addresses : iterable of Address
        Its files that are wanted.
    held : Store
        Where they are kept.

    Raises
    ------
    NoConnectionError
        At once where there is no connection. Whatever else is wrong with a file is yielded, and
        the next one is taken.
    """
    for address in addresses:
        if held.holds(address.sha256):
            yield Fetched(address, "already held", address.sha256[:12])
        else:
            yield _take(source, address, held)


def together(failed: Sequence[Fetched]) -> CaseAnalysisError | None:
    """Return the one error that tells of every file that was not had, or None if all were."""
    errors = [one.error for one in failed if one.error]
    if len(errors) < 2:
        return errors[0] if errors else None
    return type(errors[0])(
        where="data fetch",
        found=f"{len(errors)} files that were not had; the first is of {errors[0].where}: "
        f"{errors[0].found}",
        wanted="every file that was asked for",
        remedy=errors[0].remedy,
    )


def _take(source: Source, address: Address, held: Store) -> Fetched:
    folder = held.root / "downloads" / address.sha256
    try:
        (outcome,) = held.add([fetch(source, address, folder)])
    except NoConnectionError:
        raise
    except CaseAnalysisError as error:
        return Fetched(address, "not had", error.found, error)
    finally:
        # The store has the bytes now, or will not have them; a copy would only take room.
        if folder.is_dir():
            shutil.rmtree(folder)
    return Fetched(address, outcome.result, outcome.detail)


def fetch(source: Source, address: Address, folder: Path) -> Path:
    """Return a file of a publication, downloaded once into a folder and checked by its SHA-256.

    Parameters
    ----------
    source : Source
        The record of the publication.
    address : Address
        Where the file is, and its SHA-256.
    folder : Path
        Where it is kept, under the publisher's name; one that is there and whole is not fetched
        again.

    Raises
    ------
    NoConnectionError
        At once where there is no connection. The message says which page to visit, what to save.
    MissingDataError
        If the file cannot be had, or is another than the one on record, with the same advice.
    UnknownPublicationError
        If what is offered is larger than any publication.
    """
    url = str(address.url)
    name = Path(unquote(url.rsplit("/", 1)[-1])).name
    downloads = pooch.create(
        path=folder,
        base_url="",
        registry={name: f"sha256:{address.sha256}"},
        urls={name: url},
        retry_if_failed=FURTHER_ATTEMPTS,
    )
    pooch.get_logger().setLevel("ERROR")
    try:
        return Path(downloads.fetch(name, downloader=_Downloader(source)))
    except ValueError:
        raise _not_had(source, f"a file of another SHA-256 at {url}") from None
    except requests.RequestException as error:
        raise _not_had(source, f"no answer to a request for {url} ({error})") from error
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
            raise _not_had(self.source, f"no connection to {url}", NoConnectionError) from None

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


def _not_had(
    source: Source, found: str, family: type[MissingDataError] = MissingDataError
) -> MissingDataError:
    return family(
        where=f"source {source.id}",
        found=found,
        wanted=f"the file of {source.title}",
        remedy=advice(source),
    )
