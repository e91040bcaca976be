"""Somebody who walks through the portal in a browser, and notices what is wrong on the way."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response, expect

from tests.sources import ROOT

AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOTS = ROOT / "tests/shots"


class Visitor:
    """Clicks what people read. Collects script errors, failed answers, foreign hosts and what axe finds."""

    def __init__(self, page: Page, address: str, size: str) -> None:
        self.page = page
        self.address = address
        self.size = size
        self.complaints: list[str] = []
        self._looked: set[str] = set()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", self._see_request)
        page.on("response", self._see_response)

    # --- going about ---------------------------------------------------------------------------------------------

    def open(self, path: str = "/") -> None:
        """Types an address."""
        self.page.goto(self.address + path)
        self.look()

    def click(self, words: str, role: str = "", exact: bool = True) -> None:
        """Clicks the link or button with these words and waits for the page it leads to."""
        self.go(self._named(words, role, exact))

    def go(self, target: Locator) -> None:
        """Clicks something that leads to another page."""
        with self.page.expect_navigation(wait_until="load"):
            target.click()
        self.look()

    def menu(self, words: str) -> None:
        """Follows a link of the main navigation, which a phone keeps folded."""
        if self.size == "phone":
            self.page.locator("details.x-menu summary").click()
            self.go(self.page.locator("details.x-menu").get_by_role("link", name=words, exact=True))
        else:
            self.go(self.page.locator("nav .x-nav").get_by_role("link", name=words, exact=True))

    def fill(self, label: str, text: str) -> None:
        """Types into the field with this label."""
        self.page.get_by_label(label, exact=True).fill(text)

    def tick(self, label: str) -> None:
        self.page.get_by_label(label).check()

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(label, exact=True).select_option(label=option)

    # --- looking -------------------------------------------------------------------------------------------------

    def reads(self, words: str) -> None:
        """The page says this."""
        expect(self.page.get_by_text(words).locator("visible=true").first).to_be_visible()

    def heading(self, words: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(words)

    def stands_at(self, path: str) -> None:
        assert urlsplit(self.page.url).path == path, self.page.url

    def look(self) -> None:
        """What one sees at once: nothing hangs over the side, one main heading, no accessibility mistake."""
        wide, seen = self.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        if wide > seen:
            self.complaints.append(f"{self._where()}: {wide - seen} px wider than the screen")
        if self._where() not in self._looked:
            self._looked.add(self._where())
            self._ask_axe()

    def shot(self, name: str) -> Path:
        """A picture of the whole page for people to judge."""
        SHOTS.mkdir(exist_ok=True)
        file = SHOTS / f"{name}-{self.size}.png"
        self.page.screenshot(path=file, full_page=True)
        return file

    def _named(self, words: str, role: str, exact: bool) -> Locator:
        if role:
            return self.page.get_by_role(role, name=words, exact=exact).locator("visible=true").first  # type: ignore[arg-type]
        links = self.page.get_by_role("link", name=words, exact=exact)
        buttons = self.page.get_by_role("button", name=words, exact=exact)
        return links.or_(buttons).locator("visible=true").first

    def _where(self) -> str:
        return f"{self.page.get_by_role('heading', level=1).all_inner_texts()} {urlsplit(self.page.url).path}"

    def _ask_axe(self) -> None:
        # evaluate(), not a script tag: the content policy rightly refuses foreign scripts
        self.page.evaluate(AXE.read_text("utf-8"))
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        for violation in found["violations"]:
            places = ", ".join(str(node["target"][0]) for node in violation["nodes"][:3])
            self.complaints.append(f"{self._where()}: axe {violation['id']} at {places}")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:  # a refused form answers 422
            self.complaints.append(f"console: {message.text}")

    def _see_request(self, request: Request) -> None:
        host = urlsplit(request.url)
        if host.scheme in {"http", "https"} and not request.url.startswith(self.address):
            self.complaints.append(f"loads from another host: {host.netloc}")

    def _see_response(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} from {response.url}")
