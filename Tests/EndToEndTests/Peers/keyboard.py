"""The main path of the dashboard by keyboard alone, in Chromium: keyboard.py KEEPTOUCH WORKSPACE.

The workspace has one live playbook, `hello`, whose first run asks. Only keys are pressed, but for the address of the first
page; whatever has the focus must show it. Ends with the first thing that is not as it should be.
"""
import re
import subprocess
import sys
import threading
import time

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.chrome.service import Service

PROGRAM, FOLDER = sys.argv[1:3]
PASSWORD = "a short sentence of ours"
# A cycle comes each minute, and a page looks again after five seconds.
SECONDS = 240


def keeptouch(*arguments):
    return subprocess.run([PROGRAM, *arguments], cwd=FOLDER, capture_output=True, text=True).stdout


def text():
    return browser.execute_script("return document.body.innerText")


def expect(holds, what):
    if not holds:
        raise SystemExit(f"{what}\n--- page {browser.current_url}\n{text()[:3000]}")


def type(*keys):
    ActionChains(browser).send_keys(*keys).perform()


def until(holds, what):
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            if holds():
                return
        except Exception:
            # The page is another one just now.
            pass
        # Nobody tells a browser from outside that a page has changed.
        time.sleep(0.05)
    expect(False, what)


def says(words):
    until(lambda: words in text(), f"the page never says: {words}")


NAME = """const item = document.activeElement;
if (!item || item === document.body) return null;
const style = getComputedStyle(item);
// What stands in a field is no name of it.
return {words: (item.innerText || '').trim(), name: item.name || item.id || '', tag: item.tagName,
    shown: item.matches(':focus-visible') && (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
        || style.boxShadow !== 'none')}"""


def tab_to(label):
    """Presses Tab until what is called so, or is the field of that name, has the focus."""
    for _ in range(250):
        type(Keys.TAB)
        item = browser.execute_script(NAME)
        if item is None:
            continue
        expect(item["shown"], f"one does not see that {item} has the focus")
        if label in (item["words"].split("\n")[0], item["name"]):
            return
    expect(False, f"Tab never comes to {label}")


def enter():
    """Presses Enter, and waits for the page that follows."""
    browser.execute_script("window.isBefore = true")
    type(Keys.ENTER)
    until(lambda: browser.execute_script("return !window.isBefore && document.readyState === 'complete'"),
          "Enter leads nowhere")


link = re.search(r"/welcome/\w+", keeptouch("users", "add", "ada", "--role", "admin"))[0]
serving = subprocess.Popen(
    [PROGRAM, "serve", "--dashboard", "0"], cwd=FOLDER, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
base = next(found[1] for line in serving.stderr if (found := re.search(r"dashboard .*url=(\S+)", line)))
threading.Thread(target=lambda: list(serving.stderr), daemon=True).start()
options = webdriver.ChromeOptions()
options.binary_location = "/usr/bin/chromium"
for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1360,1000"]:
    options.add_argument(argument)
browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
try:
    browser.get(base + link)
    tab_to("password")
    type(PASSWORD)
    tab_to("again")
    type(PASSWORD)
    enter()
    expect(browser.title.startswith("Overview"), "the password did not let in")

    # The first Tab leads past the navigation.
    type(Keys.TAB)
    expect(browser.execute_script(NAME)["words"] == "Skip to the page", "nothing skips the navigation")

    # What needs a person, and whom it would touch.
    says("hello: first run")
    tab_to("Look at them")
    enter()
    tab_to("Work it out")
    enter()
    says("accounts match")
    tab_to("Account 1")
    enter()
    expect("Why it is, or is not, in hello" in text(), "no why")

    # Found by search, released with a reason.
    type("/")
    until(lambda: browser.execute_script("return document.activeElement.id") == "find", "/ does not lead to the search")
    type("hello")
    enter()
    tab_to("hello")
    enter()
    tab_to("Release…")
    enter()
    tab_to("reason")
    type("looked at them")
    tab_to("Release")
    enter()
    expect("hello is released" in text(), "the release is not confirmed")

    # Paused and resumed.
    tab_to("Pause…")
    enter()
    tab_to("reason")
    type("a trial")
    tab_to("Pause")
    enter()
    expect("hello is paused" in text(), "it is not paused")
    tab_to("Resume…")
    enter()
    tab_to("Resume")
    enter()
    expect("goes on" in text(), "it is not resumed")

    # The keys: shown by one, gone with Escape, none while somebody types.
    type("?")
    until(lambda: browser.execute_script("return document.querySelector('dialog[open]') !== null"), "? shows no keys")
    type(Keys.ESCAPE)
    until(lambda: browser.execute_script("return document.querySelector('dialog[open]') === null"), "Escape closes nothing")
    browser.execute_script("window.isBefore = true")
    type("g", "t")
    until(lambda: browser.current_url.endswith("/touches") and not browser.execute_script("return window.isBefore"),
          "g t does not lead to the touches")
    until(lambda: browser.refresh() or browser.find_elements(By.CSS_SELECTOR, "main tbody th a"), "no touch was made")
    type("j")
    expect(browser.execute_script(NAME)["shown"], "j does not show where one is")
    enter()
    expect(re.search(r"/touches/\d+$", browser.current_url), "Enter does not open what j chose")
    type("/")
    type("g", "o")
    expect(browser.execute_script("return document.activeElement.value") == "go", "keys fire in a field")

    # Out.
    tab_to("ada")
    type(Keys.ENTER)
    tab_to("Sign out")
    enter()
    expect("Sign in" in text(), "signing out does not end the session")
finally:
    browser.quit()
    serving.terminate()
    serving.wait()
print("done")
