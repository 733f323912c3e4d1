/// What a page of the product includes to show its visitor's in-app messages:
/// `<script src="https://touch.acme.example/inbox.js" data-token="..." defer></script>`.
///
/// It takes nothing from elsewhere, writes no style or handler into the page's markup, so that a strict content security
/// policy lets it work, and shows of a message's HTML only what is on its list.
let inboxScript = #"""
    (() => {
      "use strict";
      const script = document.currentScript;
      const token = script && script.dataset.token;
      if (!token) return;
      const inbox = new URL("v1/inbox/" + encodeURIComponent(token), script.src).href;
      const words = {
        en: { close: "Close", news: "New message", from: "Message" },
        de: { close: "Schließen", news: "Neue Nachricht", from: "Nachricht" },
        fr: { close: "Fermer", news: "Nouveau message", from: "Message" },
        es: { close: "Cerrar", news: "Mensaje nuevo", from: "Mensaje" },
      };
      const style = `
        :host{all:initial}
        .quiet{clip-path:inset(50%);height:1px;overflow:hidden;position:fixed;white-space:nowrap;width:1px}
        section{background:#fff;border:1px solid #c4c9d4;border-radius:.75rem;bottom:1rem;box-shadow:0 .5rem 2rem #0004;
          box-sizing:border-box;color:#1f2329;font:1rem/1.5 var(--font,system-ui,sans-serif);max-height:calc(100vh - 2rem);
          max-width:calc(100vw - 2rem);overflow:auto;padding:1.25rem;position:fixed;right:1rem;width:24rem;
          z-index:2147483000}
        h2{font-size:1.125rem;line-height:1.25;margin:0 2.5rem .5rem 0}
        a{color:var(--accent,#0b57d0)}
        img{max-width:100%}
        button{background:none;border:1px solid transparent;border-radius:.5rem;color:inherit;cursor:pointer;
          font:inherit;line-height:1;min-height:2.75rem;min-width:2.75rem;position:absolute;right:.5rem;top:.5rem}
        section:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid var(--accent,#0b57d0);outline-offset:2px}
        @media (prefers-color-scheme:dark){section{background:#1b1e25;border-color:#4a5160;color:#e8eaed}
          a{color:var(--accent-dark,#8ab4f8)}}
      `;
      // What of a message is shown; anything else is passed over with what is in it.
      const allowed = new Set(("a b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i img li ol p pre strong table tbody "
        + "td th thead tr ul").split(" "));

      const make = (name, properties, ...children) => {
        const element = Object.assign(document.createElement(name), properties);
        element.append(...children);
        return element;
      };
      const post = (message, act, body) => fetch(inbox + "/" + message.id + "/" + act, {
        method: "POST", keepalive: true, credentials: "omit", body,
      }).catch(() => {});

      const safe = (url, schemes) => {
        try { return schemes.includes(new URL(url, location.href).protocol) ? url : null; } catch { return null; }
      };
      const copy = (from, to) => {
        for (const node of from.childNodes) {
          if (node.nodeType === Node.TEXT_NODE) { to.append(node.data); continue; }
          const name = node.nodeType === Node.ELEMENT_NODE ? node.localName : "";
          if (!allowed.has(name)) continue;
          const element = document.createElement(name);
          if (name === "a") {
            const url = safe(node.getAttribute("href"), ["https:", "http:", "mailto:"]);
            if (url) Object.assign(element, { href: url, target: "_blank", rel: "noopener noreferrer" });
          }
          if (name === "img") {
            const url = safe(node.getAttribute("src"), ["https:"]);
            if (!url) continue;
            Object.assign(element, { src: url, alt: node.getAttribute("alt") || "" });
          }
          copy(node, element);
          to.append(element);
        }
      };

      const show = ({ language, look, messages }) => {
        if (!messages.length) return;
        const say = words[language] || words.en;
        const host = make("div", { id: "keeptouch-inbox" });
        // The style of an object needs no leave of a content security policy, as one in the markup would.
        for (const [name, value] of Object.entries(look || {})) {
          host.style.setProperty("--" + name.replace("_", "-"), value);
        }
        const root = host.attachShadow({ mode: "open" });
        try {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(style);
          root.adoptedStyleSheets = [sheet];
        } catch { /* An old browser shows the message without its looks. */ }
        const status = make("div", { className: "quiet", lang: language });
        status.setAttribute("role", "status");
        root.append(status);
        document.body.append(host);

        let before = null;
        const next = (hadFocus) => {
          const message = messages.shift();
          if (!message) {
            host.remove();
            if (hadFocus && before && before.isConnected) before.focus();
            return;
          }
          const title = make("h2", { id: "title", textContent: message.title || say.from });
          const body = make("div", { id: "body" });
          copy(new DOMParser().parseFromString(message.html || "", "text/html").body, body);
          if (!body.childNodes.length) body.append(message.text || "");
          const close = make("button", { type: "button", textContent: "\u00d7" });
          close.setAttribute("aria-label", say.close);
          const dialog = make("section", { tabIndex: -1, lang: language }, title, body, close);
          for (const [name, value] of [["role", "dialog"], ["aria-modal", "false"], ["aria-labelledby", "title"],
            ["aria-describedby", "body"]]) dialog.setAttribute(name, value);
          const dismiss = () => {
            const hasFocus = dialog.contains(root.activeElement);
            post(message, "dismiss");
            dialog.remove();
            next(hasFocus);
          };
          close.addEventListener("click", dismiss);
          dialog.addEventListener("keydown", (event) => { if (event.key === "Escape") dismiss(); });
          dialog.addEventListener("focusin", (event) => {
            if (!host.contains(event.relatedTarget)) before = event.relatedTarget || before;
          });
          dialog.addEventListener("click", (event) => {
            const link = event.target.closest("a[href]");
            if (link) post(message, "click", link.href);
          });
          root.append(dialog);
          // The page keeps the focus: a message does not take the keyboard away from what somebody is doing.
          if (hadFocus) dialog.focus();
          status.textContent = say.news + ": " + title.textContent;
          const read = () => {
            if (document.visibilityState !== "visible" || message.read) return;
            message.read = true;
            document.removeEventListener("visibilitychange", read);
            if (dialog.isConnected) post(message, "read");
          };
          document.addEventListener("visibilitychange", read);
          read();
        };
        next(false);
      };

      const start = () => fetch(inbox, { credentials: "omit" })
        .then((answer) => (answer.ok ? answer.json() : { messages: [] })).then(show).catch(() => {});
      if (document.body) start(); else addEventListener("DOMContentLoaded", start);
    })();

    """#
