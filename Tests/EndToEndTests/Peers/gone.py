"""What an open page says while nobody answers it, in Chromium: gone.py KEEPTOUCH WORKSPACE.

The workspace has one live playbook, `hello`, that goes at once. Ends with the first thing that is not as it should be.
"""
import os
import re
import socket
import subprocess
import sys
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

PROGRAM, FOLDER = sys.argv[1], sys.argv[2]
PASSWORD = "a short sentence of ours"


def keeptouch(*arguments):
    done = subprocess.run([PROGRAM, *arguments], cwd=FOLDER, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"keeptouch {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def free_port():
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


PORT = free_port()
BASE = f"http://127.0.0.1:{PORT}"


def serve():
    serving = subprocess.Popen(
        [PROGRAM, "dashboard", "--port", str(PORT)], cwd=FOLDER, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
        text=True)
    for line in serving.stderr:
        if "dashboard" in line and "url=" in line:
            return serving
    raise SystemExit("the dashboard does not start")


def stop(serving):
    serving.terminate()
    serving.stderr.read()
    serving.wait()


def expect(holds, what):
    if not holds:
        raise SystemExit(f"{what}\n--- page {browser.current_url}\n{browser.find_element(By.TAG_NAME, 'body').text[:3000]}")


def said():
    return browser.execute_script("return document.getElementById('gone').textContent")


def waits_for(holds, what, seconds=90):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return
        # Nobody tells a browser from outside that a page has changed.
        time.sleep(0.1)
    expect(False, what)


def rows():
    return browser.execute_script("return [...document.querySelectorAll('[data-row]')].map((row) => row.dataset.row)")


link = re.search(r"/welcome/\w+", keeptouch("users", "add", "ada", "--role", "admin"))[0]
keeptouch("run")
serving = serve()
options = webdriver.ChromeOptions()
options.binary_location = "/usr/bin/chromium"
for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1360,1000"]:
    options.add_argument(argument)
browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
try:
    browser.get(BASE + link)
    for name in ["password", "again"]:
        browser.find_element(By.NAME, name).send_keys(PASSWORD)
    browser.find_element(By.CSS_SELECTOR, "button.go").click()
    waits_for(lambda: browser.title.startswith("Overview"), "the password does not let in")

    # A list stays where the reader is, and counts what is newer.
    browser.get(BASE + "/touches")
    browser.execute_script("window.stays = true")
    before = rows()
    expect(len(before) > 0, "there are no touches")
    with open(os.path.join(FOLDER, "more.csv"), "w") as file:
        file.write("key,name,seats,contact_email\nb1,Late One,5,owner@b1.example\nb2,Late Two,5,owner@b2.example\n")
    keeptouch("import", "accounts", "more.csv")
    keeptouch("run")
    waits_for(lambda: "2 newer" in browser.find_element(By.TAG_NAME, "main").text, "nothing newer is counted")
    expect(rows() == before, "the list has moved under the reader")

    # Nobody answers: what stands there stays, and says of when it is; then all is well again, without a reload.
    stop(serving)
    waits_for(lambda: said().startswith("The server is not reached since "), "it is not said that the server is gone")
    expect("It is asked again." in said(), f"it is not said what happens: {said()}")
    expect(rows() == before, "what stood there is gone, too")
    expect(browser.execute_script("return document.getElementById('gone').getAttribute('role')") == "status",
           "who does not see the page is not told")
    serving = serve()
    waits_for(lambda: said() == "", "the page does not find the server again")
    expect(browser.execute_script("return window.stays === true"), "the page was loaded again")

    # The session is over: it says so, with the way in, and shows what stood there.
    keeptouch("users", "disable", "ada")
    waits_for(lambda: said().startswith("You are signed out: "), "it is not said that the session is over")
    expect(browser.find_element(By.CSS_SELECTOR, "#gone a").text == "Sign in", "there is no way in")
    expect(rows() == before, "what stood there is gone with the session")

    # The console has no word but that of the requests that failed.
    for entry in browser.get_log("browser"):
        expect(
            entry["level"] != "SEVERE" or "ERR_CONNECTION_REFUSED" in entry["message"] or "net::" in entry["message"],
            f"the console says: {entry['message']}")
finally:
    browser.quit()
    stop(serving)
print("done")
