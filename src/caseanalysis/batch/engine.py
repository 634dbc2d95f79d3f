"""A Papermill engine that runs the cells of a notebook in the process that it is called in.

A build forks one process for each notebook from one that has imported the libraries already. To
start a kernel beside that process would import them all again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import TextIOBase
from typing import Any

import matplotlib as mpl
import nbformat.v4
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from papermill.engines import Engine, papermill_engines
from traitlets import Type
from traitlets.config import Config

#: Name under which Papermill knows the engine.
NAME = "caseanalysis"
_INLINE = "module://matplotlib_inline.backend_inline"


class InProcessEngine(Engine):
    """Runs each code cell in one IPython shell of this process, up to the first error."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **_: Any) -> None:
        """Run the cells of a notebook; their outputs are those that a kernel would send.

        The process should have run nothing else and end afterwards: what the cells define,
        import and set stays in it.
        """
        shell = _open_shell()
        code = [(at, cell) for at, cell in enumerate(nb_man.nb.cells) if cell.cell_type == "code"]
        for position, cell in code:
            nb_man.cell_start(cell, position)
            outputs: list[Any] = []
            shell.outputs = outputs
            with (
                redirect_stdout(_Stream("stdout", outputs.append)),
                redirect_stderr(_Stream("stderr", outputs.append)),
            ):
                result = shell.run_cell(cell.source, store_history=True)
            cell.outputs, cell.execution_count = _joined(outputs), result.execution_count
            if not result.success:
                error = result.error_before_exec or result.error_in_exec
                nb_man.cell_exception(cell, position, exception=error)
                return
            nb_man.cell_complete(cell, position)


class _Stream(TextIOBase):
    """Standard output or error of a cell."""

    encoding = "utf-8"

    def __init__(self, name: str, put: Callable[[Any], None]) -> None:
        self._name, self._put = name, put

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text:
            self._put(nbformat.v4.new_output("stream", name=self._name, text=text))
        return len(text)


def _outputs(part: Any) -> list[Any]:
    """Return the outputs of the cell that is running, from a part of its shell."""
    kept: list[Any] = part.shell.outputs
    return kept


class _Publisher(DisplayPublisher):
    """Keeps what a cell displays."""

    def publish(self, data: Any, metadata: Any = None, *_: Any, **__: Any) -> None:
        output = nbformat.v4.new_output("display_data", data=data, metadata=metadata or {})
        _outputs(self).append(output)

    def clear_output(self, wait: bool = False) -> None:
        _outputs(self).clear()


class _Hook(DisplayHook):
    """Keeps the value of a cell's last line."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        output = nbformat.v4.new_output(
            "execute_result",
            data=format_dict,
            metadata=md_dict or {},
            execution_count=self.prompt_count,
        )
        _outputs(self).append(output)

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Compiler(CachingCompiler):
    """Names the code of a cell by its number alone, so that a warning reads the same each time."""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return f"notebook cell {number}"


class _Shell(InteractiveShell):
    """An IPython shell whose outputs are kept instead of printed."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)
    compiler_class = Type(_Compiler)
    outputs: list[Any]

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        output = nbformat.v4.new_output(
            "error", ename=etype.__name__, evalue=str(evalue), traceback=stb
        )
        self.outputs.append(output)


def _open_shell() -> _Shell:
    # Without a history, start-up files or extensions of the user.
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.cache_size = 0
    config.InteractiveShell.colors = "nocolor"
    shell: _Shell = _Shell.instance(config=config)
    shell.outputs = []
    # A figure that is left open is shown, as it would be in JupyterLab.
    from matplotlib_inline.backend_inline import configure_inline_support

    mpl.use(_INLINE)
    configure_inline_support(shell, _INLINE)
    return shell


def _joined(outputs: list[Any]) -> list[Any]:
    """Return outputs with neighbouring pieces of one stream put together."""
    joined: list[Any] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        same = [(one.get("output_type"), one.get("name")) for one in (last, output)]
        if same[0] == same[1] and output.output_type == "stream":
            last["text"] += output.text
        else:
            joined.append(output)
    return joined


papermill_engines.register(NAME, InProcessEngine)
