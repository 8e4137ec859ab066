"""Neo4j Browser, as a real server serves it, driven in a headless Chromium as a person would drive it.

`GRAPHKOC_REQUIRE_BROWSER=1` makes a missing Chromium a failure instead of a skip.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import neo4j_server
import pytest
from selenium import webdriver
from selenium.common.exceptions import ElementClickInterceptedException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

__all__ = ["BrowserSession", "open_session"]

SECONDS = 60
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--window-size=1600,1400"),
    # Browser would fetch its scripts for telemetry. No test talks to another machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


class BrowserSession:
    """An open Neo4j Browser that is connected to a server."""

    def __init__(self, driver: webdriver.Chrome, server: neo4j_server.LocalServer) -> None:
        self._driver = driver
        driver.get(f"http://127.0.0.1:{server.http}/browser/?connectURL=bolt://{server.user}@127.0.0.1:{server.bolt}")
        self._find("password").send_keys(server.password)
        self._find("connect").click()
        # The frame of the connection, and one that Browser adds by itself once it is connected.
        self._wait(lambda: len(self._frames()) == 2 and "You are connected as user" in driver.page_source)
        self.run(":clear", frames=0)

    def run(self, command: str, frames: int | None = None) -> WebElement | None:
        """Type a command and run it; the frame that then is on top, None where there is none."""
        expected = len(self._frames()) + 1 if frames is None else frames
        editor = self._find("activeEditor").find_element(By.TAG_NAME, "textarea")
        editor.send_keys(Keys.CONTROL, "a")
        editor.send_keys(Keys.DELETE)
        editor.send_keys(command)
        editor.send_keys(Keys.CONTROL, Keys.ENTER)
        self._wait(lambda: len(self._frames()) == expected)
        return self._frames()[0] if expected else None

    def play(self, address: str) -> None:
        """Open a guide with `:play`, and wait for its first slide."""
        frame = self.run(f":play {address}")
        assert frame is not None
        self._wait(lambda: bool(frame.find_elements(By.CSS_SELECTOR, "[data-testid=carousel] h3")))

    def blocks(self) -> list[WebElement]:
        """The runnable blocks of the slide that is shown."""
        return self._driver.find_elements(By.CSS_SELECTOR, "[data-testid=carousel] pre.runnable")

    def turn(self) -> None:
        """Go to the next slide."""
        title = self._title()
        self._click(self._find("nextSlide"))
        self._wait(lambda: self._title() != title)

    def click(self, block: WebElement) -> WebElement:
        """Click the arrow of a block, which runs it; the frame of the answer, once it is there.

        Fails with what Browser says where the answer is an error.
        """
        before = len(self._frames())
        self._click(block.find_element(By.TAG_NAME, "i"))
        self._wait(lambda: len(self._frames()) == before + 1)
        frame = self._frames()[0]
        done = "[data-testid=frame-loaded-contents], [data-testid=cypherFrameErrorMessage]"
        self._wait(lambda: bool(frame.find_elements(By.CSS_SELECTOR, done)))
        errors = frame.find_elements(By.CSS_SELECTOR, "[data-testid=cypherFrameErrorMessage]")
        assert not errors, errors[0].text
        return frame

    def captions(self, frame: WebElement) -> list[str]:
        """What is written on each node of the graph that a frame shows; none where it shows a table."""
        if not frame.find_elements(By.CSS_SELECTOR, "svg.neod3viz"):
            return []
        self._wait(lambda: bool(frame.find_elements(By.CSS_SELECTOR, "svg.neod3viz g.node text.caption")))
        script = "return [...arguments[0].querySelectorAll('svg.neod3viz g.node')].map(node => node.textContent.trim())"
        found: list[str] = self._driver.execute_script(script, frame)
        return found

    def colours(self, frame: WebElement) -> set[str]:
        """The fill of each node of the graph that a frame shows, as #RRGGBB."""
        circles = frame.find_elements(By.CSS_SELECTOR, "svg.neod3viz circle.b-outline")
        return {str(circle.get_attribute("fill")).upper() for circle in circles}

    def save_picture(self, path: Path) -> None:
        """A PNG of the window from its top."""
        self._driver.execute_script("document.querySelector('[data-testid=stream]').parentElement.scrollTop = 0")
        self._driver.save_screenshot(str(path))

    def _title(self) -> str:
        return self._driver.find_element(By.CSS_SELECTOR, "[data-testid=carousel] h3").text

    def _frames(self) -> list[WebElement]:
        return self._driver.find_elements(By.CSS_SELECTOR, "[data-testid=frame]")

    def _find(self, name: str) -> WebElement:
        selector = f"[data-testid={name}]"
        self._wait(lambda: bool(self._driver.find_elements(By.CSS_SELECTOR, selector)))
        return self._driver.find_element(By.CSS_SELECTOR, selector)

    def _click(self, element: WebElement) -> None:
        """Click where a person would, again where something that is still moving lies above."""

        def click() -> bool:
            self._driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
            element.click()
            return True

        self._wait(click)

    def _wait(self, is_true: Callable[[], bool]) -> None:
        waiting = WebDriverWait(self._driver, SECONDS, 0.1, [ElementClickInterceptedException])
        waiting.until(lambda _: is_true())


@contextlib.contextmanager
def open_session(server: neo4j_server.Server) -> Iterator[BrowserSession]:
    """Neo4j Browser of that server, until the block ends; the test is skipped, or fails, where there is no Chromium."""
    if not isinstance(server, neo4j_server.LocalServer):
        pytest.skip("a server that is not ours may serve no Browser")
    chromium = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        missing = "there is no Chromium" if chromium is None else "there is no chromedriver"
        if os.environ.get("GRAPHKOC_REQUIRE_BROWSER") == "1":
            pytest.fail(f"GRAPHKOC_REQUIRE_BROWSER is set, and {missing}")
        pytest.skip(missing)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for option in OPTIONS:
        options.add_argument(option)
    with webdriver.Chrome(options=options, service=Service(driver)) as window:
        yield BrowserSession(window, server)
