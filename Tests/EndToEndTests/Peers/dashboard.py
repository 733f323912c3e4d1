"""A day of an operations person at the dashboard, in Chromium: dashboard.py KEEPTOUCH WORKSPACE [AXE].

The workspace has one live playbook, `hello`, with a wait and a second email, whose first run asks. Ends with the first
thing that is not as it should be.
"""
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

PROGRAM, FOLDER = sys.argv[1], sys.argv[2]
AXE = open(sys.argv[3]).read() if len(sys.argv) > 3 else None
PASSWORD = "a short sentence of ours"


class Provider(http.server.BaseHTTPRequestHandler):
    """Takes messages; hangs up without an answer while it is told to."""

    hangs = threading.Event()
    bodies = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Provider.bodies.append(body.decode())
        if Provider.hangs.is_set():
            self.connection.close()
            return
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments):
        pass


def expect(holds, what):
    if not holds:
        raise SystemExit(f"{what}\n--- page {browser.current_url}\n{browser.find_element(By.TAG_NAME, 'body').text[:3000]}")


def keeptouch(*arguments):
    done = subprocess.run([PROGRAM, *arguments], cwd=FOLDER, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"keeptouch {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def invite(name, role):
    return re.search(r"/welcome/\w+", keeptouch("users", "add", name, "--role", role))[0]


def write(path, text):
    with open(os.path.join(FOLDER, path), "w") as file:
        file.write(text)


def read(path):
    with open(os.path.join(FOLDER, path)) as file:
        return file.read()


provider = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
threading.Thread(target=provider.serve_forever, daemon=True).start()
channel = read("channels/carrier.yaml")
write("channels/carrier.yaml", re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{provider.server_port}", channel))

link = invite("ada", "admin")
serving = subprocess.Popen(
    [PROGRAM, "serve", "--dashboard", "0"], cwd=FOLDER, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
log = []
BASE = None
for line in serving.stderr:
    log.append(line)
    found = re.search(r"dashboard .*url=(\S+)", line)
    if found:
        BASE = found[1]
        break
if not BASE:
    raise SystemExit(f"serve does not say where the dashboard is: {''.join(log)}")
threading.Thread(target=lambda: log.extend(serving.stderr), daemon=True).start()


def open_browser(script=True):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1360,1000"]:
        options.add_argument(argument)
    options.add_experimental_option(
        "prefs", {"profile.managed_default_content_settings.javascript": 1 if script else 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def visit(path):
    browser.get(BASE + path)


def text():
    return browser.execute_script("return document.body.innerText")


def follow(element):
    """Clicks, and waits until the next page is there."""
    browser.execute_script("window.isBefore = true")
    element.click()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if browser.execute_script("return !window.isBefore && document.readyState === 'complete'"):
            return
        time.sleep(0.05)


def press(label):
    for button in browser.find_elements(By.CSS_SELECTOR, "main button, main a.button"):
        if button.text == label:
            follow(button)
            return
    expect(False, f"there is no button {label}")


def waits_for(words, seconds=90):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if words in text():
            return
        # Nobody tells a browser from outside that a page has changed.
        time.sleep(0.1)
    expect(False, f"the page never says: {words}")


def sign_in(path, name=None):
    browser.get(BASE + path)
    if name:
        browser.find_element(By.NAME, "name").send_keys(name)
        browser.find_element(By.NAME, "password").send_keys(PASSWORD)
    else:
        browser.find_element(By.NAME, "password").send_keys(PASSWORD)
        browser.find_element(By.NAME, "again").send_keys(PASSWORD)
    browser.find_element(By.CSS_SELECTOR, "button.go").click()
    deadline = time.monotonic() + 30
    while not (browser.get_cookies() and browser.title.startswith("Overview")) and time.monotonic() < deadline:
        time.sleep(0.1)


def check_access(path):
    """axe finds nothing, nothing moves sideways, the page is light."""
    visit(path)
    size = len(browser.page_source)
    expect(size < 100_000, f"{path} has {size} bytes")
    for width, mode in [(1360, "light"), (1360, "dark"), (390, "light"), (320, "light")]:
        browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": mode}]})
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500})
        # A phone makes room for what is too wide: its own width is not asked.
        wide = browser.execute_script("return document.documentElement.scrollWidth")
        expect(wide <= width, f"{path} is {wide} px wide on {width}")
        if AXE and width != 320:
            # In one script: a page that waits for its numbers may load itself anew between two.
            violations = browser.execute_async_script(
                AXE + ";\nconst done = arguments[0]; axe.run().then(r => done(r.violations.map(v => [v.id, v.nodes[0].html])))")
            expect(not violations, f"axe, {path}, {mode}, {width}: {violations}")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


browser = open_browser()
try:
    # The first admin comes in by the printed link, which is good once.
    visit("/")
    expect("Sign in" in text(), "nobody is let in without a sign-in")
    sign_in(link)
    expect(browser.title.startswith("Overview"), "the password did not let in")
    other = urllib.request.urlopen(urllib.request.Request(BASE + "/sign-in"))
    expect(other.status == 200, "the door is shut")
    visit(link)
    expect("used up" in text(), "the link was good twice")

    # A held playbook, with the numbers of now.
    visit("/")
    waits_for("hello: first run")
    press("Look at them")
    press("Work it out")
    waits_for("accounts match")
    expect("20 accounts match" in text(), "not all accounts are found")
    expect("enrolled" in text(), "a release is not worked out")
    browser.find_element(By.LINK_TEXT, "Account 1").click()
    expect("Why it is, or is not, in hello" in text(), "no why")
    expect(browser.find_element(By.CSS_SELECTOR, ".clauses .met").text == "met", "the clause is not met")
    expect("seats > 1" in text(), "the clause is not shown")

    # Two release at once, each with a reason: one does, the other is told who did.
    first, second = browser, open_browser()
    browser = second
    sign_in(invite("cleo", "operator"))
    for browser in (first, second):
        visit("/playbooks/hello/release")
        browser.find_element(By.NAME, "reason").send_keys("looked at all 20")
    both = "window.isBefore = true; [...document.querySelectorAll('main form button')].find((b) => b.innerText === 'Release').click()"
    for browser in (first, second):
        browser.execute_script(both)
    answers = []
    for browser in (first, second):
        deadline = time.monotonic() + 30
        while browser.execute_script("return window.isBefore || document.readyState !== 'complete'") and time.monotonic() < deadline:
            time.sleep(0.05)
        answers.append(text())
    expect(sum("hello is released" in answer for answer in answers) == 1, f"not one released: {answers}")
    told = [answer for answer in answers if "not as you saw it any more" in answer and "Nothing was changed" in answer]
    expect(len(told) == 1, f"not one was told: {answers}")
    expect(re.search(r"the last change was release by (ada|cleo)", told[0]), f"it is not told who released: {told}")
    visit("/audit")
    expect(len(re.findall(r"looked at all 20", text())) == 1, "the audit log has not one release")
    second.quit()
    browser = first

    # The touches go out before the reader's eyes.
    visit("/")
    flag = browser.execute_script("window.stays = true; return true")
    waits_for("20", 90)
    deadline = time.monotonic() + 90
    while len(Provider.bodies) < 20 and time.monotonic() < deadline:
        time.sleep(0.1)
    expect(len(Provider.bodies) == 20, f"{len(Provider.bodies)} of 20 messages arrived")
    deadline = time.monotonic() + 30
    sent = lambda: browser.execute_script(
        "return [...document.querySelectorAll('.figures .big')].map((cell) => cell.innerText)")
    while not any(cell.startswith("20") for cell in sent()[2:3]) and time.monotonic() < deadline:
        time.sleep(0.1)
    expect(sent()[2].startswith("20"), f"the overview does not follow by itself: {sent()}")
    expect(browser.execute_script("return window.stays === true"), "the page was loaded again")

    # A message as it was sent, after its file was edited.
    visit("/touches?state=sent")
    browser.find_element(By.CSS_SELECTOR, "main tbody th a").click()
    touch = browser.current_url.rsplit("/", 1)[1]
    write("playbooks/hello/hello.md", "---\nsubject: Another one\n---\nNothing of before.\n")
    visit(f"/touches/{touch}")
    expect("the bytes sent" in text(), "the bytes are not compared")
    expect("Another one" not in text() and "Hello Account" in text(), "the message is not as it was")
    browser.switch_to.frame(0)
    expect("There is news for Account" in text(), "the frame does not show the message")
    browser.switch_to.default_content()

    # An endpoint that hangs up makes unknowns, which a person settles.
    Provider.hangs.set()
    keeptouch("import", "accounts", "more.csv")
    visit("/touches?state=unknown")
    deadline = time.monotonic() + 90
    while "No touch matches" in text() and time.monotonic() < deadline:
        time.sleep(0.3)
        visit("/touches?state=unknown")
    expect("unknown" in text(), "there is no unknown touch")
    Provider.hangs.clear()
    visit("/")
    expect("may or may not have arrived" in text(), "the overview does not ask")
    visit("/touches?state=unknown")
    Select(browser.find_element(By.NAME, "as")).select_by_value("sent")
    browser.find_element(By.NAME, "reason").send_keys("the provider's log says so")
    follow(browser.find_element(By.CSS_SELECTOR, "section[aria-labelledby=settle] button.go"))
    expect("settled" in text(), "it was not settled")

    # Pausing and resuming.
    visit("/playbooks/hello")
    press("Pause…")
    browser.find_element(By.NAME, "reason").send_keys("a trial")
    press("Pause")
    expect("hello is paused" in text(), "it is not paused")
    expect("playbook:hello is paused" in keeptouch("status"), "status does not know of the pause")
    press("Resume…")
    press("Resume")
    expect("goes on" in text(), "it is not resumed")

    # A change is tried, taken along as a patch, and becomes a version.
    visit("/try?file=playbooks/hello/playbook.yaml")
    area = browser.find_element(By.NAME, "text")
    browser.execute_script("arguments[0].value = arguments[0].value.replace('seats > 1', 'seats > 2')", area)
    press("Check it, and whom it would touch")
    expect("no complaint" in text(), "the change has complaints")
    expect("would match no longer" in text(), "nobody is compared")
    token = browser.find_element(By.CSS_SELECTOR, "main form input[name=token]").get_attribute("value")
    patch = browser.execute_async_script(
        """const done = arguments[0]; const form = document.querySelector('main form[action*="/try"]');
        const data = new URLSearchParams(new FormData(form)); data.set('act', 'patch');
        fetch(form.action, {method: 'POST', body: data}).then(a => a.text()).then(done)""")
    write("change.patch", patch)
    subprocess.run(["git", "init", "-q"], cwd=FOLDER, check=True)
    subprocess.run(["git", "apply", "change.patch"], cwd=FOLDER, check=True)
    expect("seats > 2" in read("playbooks/hello/playbook.yaml"), "the patch changes nothing")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        visit("/playbooks/hello/versions")
        if "+when: seats > 2" in text():
            break
        time.sleep(0.3)
    expect("+when: seats > 2" in text(), "the version does not appear")

    # The ledger, filtered and taken along; search; the audit log.
    visit("/touches?of=Account+3")
    expect(len(browser.find_elements(By.CSS_SELECTOR, "main tbody tr")) == 1, "the filter finds another number")
    table = browser.execute_async_script(
        "const done = arguments[0]; fetch(document.querySelector('.filters a.button').href).then(a => a.text()).then(done)")
    expect(table.count("\n") == 2 and "owner@a3.example" in table, f"the file is another one: {table}")
    browser.find_element(By.ID, "find").send_keys("Account 1\n")
    expect("Account 17" in text(), "search does not find by the beginning of a name")
    visit("/accounts?where=seats+%3D%3D+3")
    waits_for("accounts")
    visit("/accounts?where=seets+%3D%3D+3")
    expect("did you mean" in text(), "a wrong name has no hint")
    visit("/audit")
    for action in ["release", "pause", "resume", "resolve", "sign in", "add user"]:
        expect(re.search(rf"\b{action}\b", text()), f"the audit log has no {action}")
    expect("looked at all 20" in text(), "the audit log does not say why")

    # Every page can be read by everybody.
    pages = [
        "/", "/playbooks", "/playbooks/hello", "/playbooks/hello/accounts", "/playbooks/hello/messages?account=a1",
        "/playbooks/hello/versions", "/playbooks/hello/whom", "/playbooks/hello/release", "/experiments",
        "/experiments/hello", "/attrition", "/journeys", "/journeys/map", "/risk", "/accounts", "/accounts/a1", "/accounts/a1/suppress",
        "/accounts?where=seats+%3E+2", "/touches", f"/touches/{touch}", "/channels", "/channels/carrier", "/feeds",
        "/cycles", "/cycles/1", "/files", "/files?file=data.yaml", "/audit", "/people", "/me", "/find?q=hello",
        "/pause?scope=all", "/try?file=playbooks/hello/playbook.yaml", "/touches/999999", "/no-such-page",
    ]
    for path in pages:
        check_access(path)
    loud = [
        entry["message"] for entry in browser.get_log("browser")
        # A page that is not there says so with its status.
        if entry["level"] == "SEVERE" and "the server responded with a status of" not in entry["message"]]
    expect(not loud, f"the console says: {loud}")

    # A viewer changes nothing, by page or by hand, and sees no address.
    link = invite("ben", "viewer")
    browser.quit()
    browser = open_browser(script=False)
    sign_in(link)
    expect(browser.title.startswith("Overview"), "a viewer is not let in")
    expect("Pause everything" not in text(), "a viewer is offered a pause")
    visit("/touches?state=sent")
    expect("o•••@" in text() and "owner@" not in text(), "a viewer sees addresses")
    visit("/touches.csv")
    expect("Not yours to do" in text(), "a viewer may export")
    cookie = browser.get_cookies()[0]
    for path in ["/pause", "/playbooks/hello/release", "/touches/settle", "/accounts/a1/suppress", "/people/end"]:
        request = urllib.request.Request(
            BASE + path, data=b"scope=all&ids=1&as=drop",
            headers={"Cookie": f"{cookie['name']}={cookie['value']}"})
        try:
            urllib.request.urlopen(request)
            expect(False, f"a viewer may POST {path}")
        except urllib.error.HTTPError as error:
            expect(error.code == 403, f"{path} answers {error.code}")
    expect("paused" not in keeptouch("status"), "a viewer paused everything")

    # Without a token of the session nothing is done, whoever asks; signing out ends it.
    browser.quit()
    browser = open_browser(script=False)
    sign_in("/sign-in", "ada")
    cookie = browser.get_cookies()[0]
    headers = {"Cookie": f"{cookie['name']}={cookie['value']}"}
    for data, more in [(b"scope=all", {}), (b"scope=all&token=0", {}), (b"scope=all", {"Origin": "https://evil.example"})]:
        try:
            urllib.request.urlopen(urllib.request.Request(BASE + "/pause", data=data, headers={**headers, **more}))
            expect(False, "a forged form was taken")
        except urllib.error.HTTPError as error:
            expect(error.code == 403, f"a forged form is answered with {error.code}")
    # The same without script: pause by the form's own page.
    visit("/pause?scope=all")
    browser.find_element(By.NAME, "reason").send_keys("without script")
    press("Pause")
    expect("Everything is paused" in text(), "forms need a script")
    keeptouch("resume", "all")
    browser.find_element(By.CSS_SELECTOR, ".me summary").click()
    browser.find_element(By.XPATH, "//button[text()='Sign out']").click()
    visit("/")
    expect("Sign in" in text(), "signing out does not end the session")
finally:
    browser.quit()
    serving.terminate()
    serving.wait()
print("done")
