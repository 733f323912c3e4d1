// What pages do beside what they are: live parts, keys, copying. Everything works without it.
"use strict";
(() => {
  const policy = window.trustedTypes ? trustedTypes.createPolicy("keeptouch", { createHTML: (text) => text }) : { createHTML: (text) => text };
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Live parts: asked for again while the page is seen; never under the reader's hands.
  let pause = 5000;
  // What the server said the parts are made of: while it is the same, it answers without them.
  let mark = "";
  // What somebody typed or chose stays, also while they look elsewhere.
  const typed = (field) => field.type === "hidden" ? false
    : field.options ? field.selectedIndex !== Math.max(0, [...field.options].findIndex((item) => item.defaultSelected))
    : /checkbox|radio/.test(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  const busy = (part) => part.contains(document.activeElement) || one("dialog[open], details[open]", part)
    || all("input, select, textarea", part).some(typed)
    || (getSelection().rangeCount && !getSelection().isCollapsed && part.contains(getSelection().anchorNode));
  const numbers = (part) => all("b, .big a, td.num, dd", part).map((item) => item.textContent);
  // How old the page is, once nobody answers; what it shows is of then.
  const seen = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  let last = seen();
  function say(text, link) {
    const gone = one("#gone");
    if (!gone || gone.dataset.text === text) return;
    gone.dataset.text = text;
    gone.textContent = text;
    if (!text || !link) return;
    const way = document.createElement("a");
    way.href = location.href;
    way.textContent = link;
    gone.append(" ", way);
  }
  // Rows that came since: they are counted above the list, which stays where the reader is.
  function count(list, fresh) {
    const first = list && one("[data-row]", list)?.dataset.row;
    const rows = all("[data-row]", fresh).map((row) => row.dataset.row);
    const newer = first === undefined ? rows.length : rows.indexOf(first);
    const place = list ? list.closest(".scroll") || list : one(".none");
    if (!newer || !place) return;
    let word = one(".newer");
    if (!word) {
      word = document.createElement("p");
      word.className = "newer";
      word.setAttribute("role", "status");
      place.before(word);
    }
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = `${newer < 0 ? rows.length + " or more" : newer} newer`;
    if (word.textContent !== link.textContent) word.replaceChildren(link);
  }
  function draw(next, parts) {
    document.title = next.title;
    for (const fresh of all("[data-rows]", next)) count(one(`[data-rows="${fresh.dataset.rows}"]`), fresh);
    for (const part of parts) {
      const fresh = one(`[data-live="${part.dataset.live}"]`, next);
      if (!fresh && part.hasAttribute("data-soon")) { location.reload(); return; }
      if (fresh && busy(part)) mark = "";
      if (!fresh || busy(part) || (fresh.innerHTML === part.innerHTML && fresh.className === part.className)) continue;
      const before = numbers(part);
      part.className = fresh.className;
      part.replaceChildren(...fresh.childNodes);
      all("b, .big a, td.num, dd", part).forEach((item, index) => {
        if (item.textContent !== before[index]) item.classList.add("fresh");
      });
    }
  }
  async function refresh() {
    const parts = all("[data-live]");
    if (parts.length && !document.hidden) {
      try {
        const headers = { "Keeptouch-Part": "1" };
        if (mark) headers["If-None-Match"] = mark;
        const answer = await fetch(location.href, { headers });
        if (answer.redirected) {
          say(`You are signed out: what stands here is of ${last}.`, "Sign in");
        } else if (answer.ok || answer.status === 304) {
          if (answer.ok) {
            mark = answer.headers.get("ETag") || "";
            draw(new DOMParser().parseFromString(policy.createHTML(await answer.text()), "text/html"), parts);
          }
          last = seen();
          say("");
          pause = 5000;
        } else {
          say(answer.status < 500 ? `This page is there no more for you: what stands here is of ${last}.`
            : `The page has not answered since ${last}; it is asked again.`, answer.status < 500 ? "Open it anew" : "");
          pause = Math.min(pause * 2, 60000);
        }
      } catch {
        say(`The server is not reached since ${last}: what stands here is of then. It is asked again.`);
        pause = Math.min(pause * 2, 60000);
      }
    }
    setTimeout(refresh, all("[data-soon]").length ? Math.max(1000, pause > 5000 ? pause : 0) : pause);
  }
  if (one("[data-live]")) setTimeout(refresh, one("[data-soon]") ? 1000 : pause);

  // On a phone the navigation is a row: it begins where one is.
  one(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  // Keys; none fires in a field.
  const places = { o: "/", p: "/playbooks", e: "/experiments", a: "/accounts", t: "/touches", c: "/channels", f: "/files", r: "/risk" };
  const base = one(".brand") ? one(".brand").getAttribute("href").replace(/\/$/, "") : "";
  let waiting = "";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    // The key that shows the keys always works: by it they are turned on again.
    if (event.key === "?") { help(); return; }
    if (localStorage.getItem("keys") === "off") return;
    if (waiting === "g" && places[event.key]) { location.href = base + places[event.key]; return; }
    waiting = event.key;
    if (event.key === "/") { event.preventDefault(); one("#find")?.focus(); }
    if (event.key === "j" || event.key === "k") {
      const links = all("main tbody th a");
      const at = links.indexOf(document.activeElement);
      links[Math.max(0, Math.min(links.length - 1, at + (event.key === "j" ? 1 : -1)))]?.focus();
    }
  });
  function help() {
    let dialog = one("#keys");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.id = "keys";
      const title = document.createElement("h2");
      title.textContent = "Keys";
      const list = document.createElement("p");
      list.textContent = "/ search · g then o p e a t c f r: overview, playbooks, experiments, accounts, touches, channels, files, risk · j k Enter in lists · ? this";
      const close = document.createElement("button");
      close.textContent = "Close";
      close.addEventListener("click", () => dialog.close());
      const toggle = document.createElement("button");
      toggle.id = "toggle-keys";
      toggle.addEventListener("click", () => {
        localStorage.setItem("keys", localStorage.getItem("keys") === "off" ? "on" : "off");
        dialog.close();
      });
      dialog.append(title, list, close, " ", toggle);
      document.body.append(dialog);
    }
    one("#toggle-keys").textContent = localStorage.getItem("keys") === "off" ? "Turn keys on" : "Turn keys off";
    dialog.showModal();
  }

  // Copying of commands.
  for (const button of all("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    });
  }

  // Leaving with a change that was not taken along.
  const text = one("textarea[data-guard]");
  if (text) {
    const before = text.value;
    let sent = false;
    text.form.addEventListener("submit", () => { sent = true; });
    addEventListener("beforeunload", (event) => { if (!sent && text.value !== before) event.preventDefault(); });
  }
})();
