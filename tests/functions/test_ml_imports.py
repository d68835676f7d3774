"""What answering about models costs before anybody asks one."""

import subprocess
import sys
import textwrap

from tools.manifests import ROOT


def test_lightgbm_and_numpy_are_imported_only_when_a_model_is_asked() -> None:
    script = """
        import sys
        from functions.ml.main import build
        from shared.core.settings import Settings
        build(Settings.from_environment({"DOCUMENTS_FILE": "/tmp/nowhere.db", "DB_HOST": "127.0.0.1", "DB_USER": "me"}))
        print(sorted({"lightgbm", "numpy", "scipy", "sklearn", "pandas"} & set(sys.modules)))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
