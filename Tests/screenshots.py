"""Every page of the dashboard, light and dark, wide and on a phone: screenshots.py KEEPTOUCH WORKSPACE FOLDER [PAGE...].

PAGE is one of the names below; without them all are drawn. Each page is a picture of its whole length; FOLDER/index.html shows them side by side. Pages that are too wide, and what
the browser complains of, are named at the end.
"""
import base64
import html
import os
import re
import subprocess
import sys
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

PROGRAM, WORKSPACE, FOLDER = (os.path.abspath(path) for path in sys.argv[1:4])
ONLY = sys.argv[4:]
PASSWORD = "a short sentence of ours"
SIZES = {"wide": 1360, "phone": 360}


def keeptouch(*arguments):
    return subprocess.run([PROGRAM, *arguments], cwd=WORKSPACE, capture_output=True, text=True).stdout


def column(text, number, where=""):
    rows = [line.split(",") for line in text.splitlines()[1:] if where in line]
    return rows[0][number] if rows else None


def pages():
    """The path of each page by its name; of accounts and touches one that has something to show."""
    playbook = column(keeptouch("status", "--format", "csv"), 0, ",live,")
    touches = keeptouch("touches", "--limit", "200", "--format", "csv")
    touch, account, channel = (column(touches, number, ",sent,") for number in (0, 2, 6))
    one = f"/playbooks/{playbook}"
    return {
        "overview": "/", "playbooks": "/playbooks", "flow": one, "flow-30-days": f"{one}?period=month",
        "accounts-in-it": f"{one}/accounts", "messages": f"{one}/messages?account={account}", "versions": f"{one}/versions",
        "whom": f"{one}/whom", "release": f"{one}/release", "experiments": "/experiments",
        "experiment": f"/experiments/{playbook}", "attrition": "/attrition", "journeys": "/journeys",
        "journey-map": "/journeys/map", "risk": "/risk", "accounts": "/accounts",
        "accounts-by-condition": "/accounts?where=mrr+%3C+50", "accounts-wrong-condition": "/accounts?where=mmr+%3C+50",
        "account": f"/accounts/{account}", "account-why": f"/accounts/{account}?playbook={playbook}",
        "suppress": f"/accounts/{account}/suppress", "touches": "/touches", "touches-none": "/touches?state=unknown",
        "touch": f"/touches/{touch}", "channels": "/channels", "channel": f"/channels/{channel}", "feeds": "/feeds",
        "cycles": "/cycles", "cycle": "/cycles/1", "files": "/files", "file": f"/files?file=playbooks/{playbook}/playbook.yaml",
        "audit": "/audit", "people": "/people", "me": "/me", "find": "/find?q=a0000", "pause": "/pause?scope=all",
        "try": f"/try?file=playbooks/{playbook}/playbook.yaml", "no-such-page": "/no-such-page",
    }


def open_browser():
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def show(browser, width, mode):
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": mode}]})
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500})
    browser.execute_script("window.dispatchEvent(new Event('resize'))")


def picture(browser, path):
    width, height = browser.execute_script("return [innerWidth, Math.min(document.documentElement.scrollHeight, 8000)]")
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    shot = browser.execute_cdp_cmd(
        "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip})
    with open(path, "wb") as file:
        file.write(base64.b64decode(shot["data"]))


def settle(browser):
    """A page that works something out loads itself until it has."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and browser.find_elements(By.XPATH, "//h2[text()='At work']"):
        time.sleep(0.2)


def main():
    os.makedirs(FOLDER, exist_ok=True)
    name = f"pictures{os.getpid()}"
    link = re.search(r"/welcome/\w+", keeptouch("users", "add", name, "--role", "admin"))[0]
    serving = subprocess.Popen(
        [PROGRAM, "dashboard", "--port", "0"], cwd=WORKSPACE, stderr=subprocess.PIPE, text=True)
    address = None
    for line in serving.stderr:
        if found := re.search(r"(http://\S+)", line):
            address = found[1].rstrip("/")
            break
    browser, findings, rows = open_browser(), [], []
    try:
        browser.get(address + "/sign-in")
        show(browser, 1360, "light")
        picture(browser, f"{FOLDER}/sign-in-wide-light.png")
        browser.get(address + link)
        for field in ["password", "again"]:
            browser.find_element(By.NAME, field).send_keys(PASSWORD)
        browser.find_element(By.CSS_SELECTOR, "button.go").click()
        for name_of_page, path in pages().items():
            if ONLY and name_of_page not in ONLY:
                continue
            cells = []
            for size, width in SIZES.items():
                for mode in ["light", "dark"]:
                    show(browser, width, mode)
                    browser.get(address + path)
                    settle(browser)
                    file = f"{name_of_page}-{size}-{mode}.png"
                    picture(browser, f"{FOLDER}/{file}")
                    # A phone makes room for what is too wide: its own width is not asked.
                    wide = browser.execute_script("return document.documentElement.scrollWidth")
                    if wide > width:
                        findings.append(f"{path} is {wide} px wide on {width}")
                    cells.append(f'<td><a href="{file}"><img src="{file}" width="{300 if width > 500 else 130}"></a></td>')
            rows.append(f"<tr><th>{html.escape(name_of_page)}<br><small>{html.escape(path)}</small></th>{''.join(cells)}</tr>")
        findings += [
            entry["message"] for entry in browser.get_log("browser")
            if entry["level"] == "SEVERE" and "the server responded with a status of" not in entry["message"]]
    finally:
        browser.quit()
        serving.terminate()
        serving.wait()
        keeptouch("users", "disable", name)
    with open(f"{FOLDER}/index.html", "w") as file:
        file.write(f'<!doctype html><meta charset="utf-8"><title>Pages</title><table>{"".join(rows)}</table>')
    print(f"{len(rows)} pages, {4 * len(rows) + 1} pictures: {FOLDER}/index.html")
    for finding in findings:
        print(f"  {finding}")
    sys.exit(1 if findings else 0)


main()
