"""The process that a build forks its workers from: it imports once what every notebook needs.

Importing takes longer than most notebooks run.
"""

from __future__ import annotations

import atexit
import gc
import sys
from importlib import import_module

#: Optional parts of libraries that take seconds to import, and that nothing here asks for: a
#: grammar of internationalised addresses for checks of JSON.
_LEFT_OUT = ("rfc3987_syntax",)


def _import() -> None:
    # What is imported stays; to look through it for garbage, here and in each worker, is in vain.
    gc.disable()
    sys.modules.update(dict.fromkeys(_LEFT_OUT))  # type: ignore[arg-type]  # None: not to be found
    import_module("caseanalysis.batch.needed")
    for name in _LEFT_OUT:
        del sys.modules[name]
    gc.freeze()
    gc.enable()
    atexit.register(gc.unfreeze)  # some libraries complain of what is still there at the end


_import()
