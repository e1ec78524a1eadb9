// What the page can do with script that it cannot do without: suggestions while typing, answers without a whole new
// page, a brush over the chart, copying, and keys. Everything else works without this file.
"use strict";
(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const store = {
    get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode */ } },
  };

  /* Answers without a whole new page */

  let fetching = null;

  const isResults = (url) => url.origin === location.origin && url.pathname === "/" && $("#results") && location.pathname === "/";

  async function go(address, { push = true, focus = null, top = false } = {}) {
    const url = new URL(address, location.href);
    if (!isResults(url)) { location.assign(url); return; }
    fetching?.abort();
    fetching = new AbortController();
    const layout = $(".layout");
    layout.setAttribute("aria-busy", "true");
    let page;
    try {
      const answer = await fetch(url, { signal: fetching.signal, headers: { accept: "text/html" } });
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!$("#results", page)) throw new Error("no results in the answer");
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url);
      return;
    }
    if (push) history.pushState({}, "", url);
    document.title = page.title;
    // The status stays where it is and changes its text: that is what gets announced.
    const said = $("#found", page).textContent;
    const status = $("#found");
    const results = $("#results", page);
    $("#found", results).replaceWith(status);
    status.textContent = said;
    $("#results").replaceWith(results);
    const filters = $("#filters");
    const opened = new Map($$("details", filters).map((el) => [$("summary", el).textContent, el.open]));
    filters.replaceChildren(...$("#filters", page).childNodes);
    for (const el of $$("details", filters)) el.open = opened.get($("summary", el).textContent) ?? el.open;
    $(".phone").replaceChildren(...$(".phone", page).childNodes);
    const box = $("#search #q");
    if (document.activeElement !== box) box.value = $("#search #q", page).value;
    for (const radio of $$("#search input[name=in]")) radio.checked = $(`#search input[name=in][value=${radio.value}]`, page).checked;
    layout.removeAttribute("aria-busy");
    if (focus) $$(focus.selector).find((el) => el.value === focus.value)?.focus({ preventScroll: true });
    if (top) scrollTo({ top: 0 });
    ready();
  }

  /** The address of the form as it stands, without what says nothing. */
  function formAddress(form) {
    const parameters = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      const usual = (name === "in" && value === "statements") || (name === "sort" && value === "relevance");
      if (typeof value === "string" && value.trim() && !usual) parameters.append(name, value.trim());
    }
    const query = parameters.toString();
    return query ? `/?${query}` : "/";
  }

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "search") return;
    event.preventDefault();
    closeSuggestions();
    const filters = $("#filters");
    if (filters.matches(":popover-open")) filters.hidePopover();
    go(formAddress(event.target));
  });

  document.addEventListener("change", (event) => {
    const input = event.target;
    const form = input.form;
    if (form?.id !== "search" || input.id === "q") return;
    // A date that is being typed is not one yet; on a phone all is sent with the button.
    if (input.type === "date" && input.value && input.value < "1000") return;
    if ($("#filters").matches(":popover-open")) return;
    go(formAddress(form), { focus: { selector: `[form=search][name="${CSS.escape(input.name)}"], #search [name="${CSS.escape(input.name)}"]`, value: input.value } });
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const href = link.href.baseVal ?? link.href;
    const url = new URL(href, location.href);
    if (!isResults(url) || url.hash) return;
    event.preventDefault();
    if (brushed) return;
    go(url, { top: Boolean(link.closest(".pager")) });
  });

  addEventListener("popstate", () => { if (isResults(new URL(location.href))) go(location.href, { push: false }); });

  /* Suggestions */

  const box = $("#q");
  let list = null, options = [], active = -1, timer = 0, asking = null;

  function closeSuggestions() {
    clearTimeout(timer);
    asking?.abort();
    list?.remove();
    list = null; options = []; active = -1;
    box?.setAttribute("aria-expanded", "false");
    box?.removeAttribute("aria-activedescendant");
  }

  function show(found) {
    closeSuggestions();
    if (!found.length) return;
    list = document.createElement("ul");
    list.className = "suggest"; list.id = "suggestions"; list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Speakers and places");
    options = found.map((item, n) => {
      const li = document.createElement("li");
      li.id = `suggestion-${n}`; li.setAttribute("role", "option"); li.setAttribute("aria-selected", "false");
      const part = (text, name) => { const span = document.createElement("span"); span.className = name; span.textContent = text; li.append(span); };
      part(item.label, "label");
      part(item.facet === "place" ? `place${item.within ? `, ${item.within}` : ""}` : "speaker", "quiet");
      part(item.count.toLocaleString("en"), "n");
      li.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(item); });
      list.append(li);
      return item;
    });
    box.parentElement.append(list);
    box.setAttribute("aria-expanded", "true");
  }

  function choose(item) {
    closeSuggestions();
    const form = box.form;
    const parameters = form.id === "search" ? new URLSearchParams(formAddress(form).slice(2)) : new URLSearchParams();
    // The word that was being typed has become the filter.
    const rest = box.value.slice(0, typedFrom()).trim();
    parameters.delete("q");
    if (rest) parameters.set("q", rest);
    parameters.append(item.facet, item.value);
    box.value = rest;
    go(`/?${parameters}`);
  }

  /** Where the words begin for which something is suggested: after the last operator, field or closed phrase. */
  function typedFrom() {
    const match = box.value.match(/^(?:.*["():]\s*|.*\s(?:AND|OR|NOT)\s+)?/s);
    return match ? match[0].length : 0;
  }

  if (box) {
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", "suggestions"]]) box.setAttribute(name, value);
    box.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const typed = box.value.slice(typedFrom()).trim();
        if (typed.length < 2 || typed.length > 100) { closeSuggestions(); return; }
        asking?.abort();
        asking = new AbortController();
        try {
          const answer = await fetch(`/api/v1/suggest?q=${encodeURIComponent(typed)}`, { signal: asking.signal });
          if (answer.ok && document.activeElement === box) show(await answer.json());
        } catch { /* typed on, or the server is gone: no suggestions */ }
      }, 120);
    });
    box.addEventListener("keydown", (event) => {
      if (!list) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        active = (active + step + options.length + 1) % (options.length + 1);
        if (active === options.length) active = -1;
        [...list.children].forEach((li, n) => li.setAttribute("aria-selected", String(n === active)));
        if (active >= 0) box.setAttribute("aria-activedescendant", `suggestion-${active}`);
        else box.removeAttribute("aria-activedescendant");
      } else if (event.key === "Enter" && active >= 0) {
        event.preventDefault();
        choose(options[active]);
      } else if (event.key === "Escape") {
        event.preventDefault();
        closeSuggestions();
      }
    });
    box.addEventListener("blur", closeSuggestions);
  }

  /* A brush over the chart */

  let brushed = false;

  function brush(svg) {
    const bars = $$("a", svg);
    let from = -1, rect = null;
    const at = (event) => {
      const area = svg.getBoundingClientRect();
      return Math.max(0, Math.min(bars.length - 1, Math.floor(((event.clientX - area.left) / area.width) * bars.length)));
    };
    svg.addEventListener("pointerdown", (event) => {
      if (event.button || event.pointerType === "touch") return;
      event.preventDefault();
      from = at(event); brushed = false;
    });
    svg.addEventListener("pointermove", (event) => {
      if (from < 0) return;
      const to = at(event);
      if (!rect && to === from) return;
      if (!rect) {
        svg.setPointerCapture(event.pointerId);
        rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        rect.setAttribute("class", "brush"); rect.setAttribute("y", "0");
        rect.setAttribute("height", String(svg.viewBox.baseVal.height));
        svg.append(rect);
      }
      const step = svg.viewBox.baseVal.width / bars.length;
      rect.setAttribute("x", String(Math.min(from, to) * step));
      rect.setAttribute("width", String((Math.abs(to - from) + 1) * step));
    });
    svg.addEventListener("pointerup", (event) => {
      if (rect) {
        const [first, last] = [from, at(event)].sort((a, b) => a - b);
        // The click that follows is the end of the brush, not a click on a bar.
        brushed = true; setTimeout(() => { brushed = false; });
        const url = new URL(bars[first].href.baseVal, location.href);
        url.searchParams.set("since", bars[first].dataset.from);
        url.searchParams.set("until", bars[last].dataset.to);
        rect.remove();
        go(url);
      }
      from = -1; rect = null;
    });
    svg.addEventListener("pointercancel", () => { rect?.remove(); from = -1; rect = null; });
  }

  /* Copying */

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button.copy");
    if (!button) return;
    const before = [...button.childNodes];
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => button.replaceChildren(...before), 1500);
  });

  /* Keys */

  const keys = { "/": "Go to the search box", j: "Next result", k: "Previous result", o: "Open the result in context", c: "Copy it with its citation", f: "Go to the filters", "?": "Show this" };
  let keysOn = store.get("whosaid.keys") !== "off";
  let current = -1;

  function move(step) {
    const cards = $$(".card");
    if (!cards.length) return;
    cards[current]?.classList.remove("current");
    current = Math.max(0, Math.min(cards.length - 1, current + step));
    const card = cards[current];
    card.classList.add("current");
    card.scrollIntoView({ block: "nearest" });
    $("a", card)?.focus({ preventScroll: true });
  }

  function help() {
    let dialog = $("#help");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.id = "help"; dialog.setAttribute("aria-labelledby", "help-title");
      const title = document.createElement("h2"); title.id = "help-title"; title.textContent = "Keyboard shortcuts";
      const dl = document.createElement("dl");
      for (const [key, what] of Object.entries(keys)) {
        const dt = document.createElement("dt"), kbd = document.createElement("kbd"), dd = document.createElement("dd");
        kbd.textContent = key; dt.append(kbd); dd.textContent = what; dl.append(dt, dd);
      }
      const label = document.createElement("label"); label.className = "tick";
      const tick = document.createElement("input"); tick.type = "checkbox"; tick.checked = keysOn;
      tick.addEventListener("change", () => { keysOn = tick.checked; store.set("whosaid.keys", keysOn ? "on" : "off"); });
      const text = document.createElement("span"); text.textContent = "Use single-key shortcuts";
      label.append(tick, text);
      const close = document.createElement("button"); close.className = "plain"; close.type = "button"; close.textContent = "Close";
      close.addEventListener("click", () => dialog.close());
      dialog.append(title, dl, label, close);
      document.body.append(dialog);
    }
    dialog.showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (!keysOn || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input:not([type=checkbox],[type=radio]), select, textarea, dialog, [contenteditable]")) return;
    const card = $$(".card")[current];
    switch (event.key) {
      case "/": (box)?.focus(); box?.select(); break;
      case "j": move(1); break;
      case "k": move(-1); break;
      case "o": if (card) $("a.context", card)?.click(); break;
      case "c": if (card) $("button.copy", card)?.click(); break;
      case "f": {
        const filters = $("#filters");
        if (!filters) return;
        if (getComputedStyle($(".phone")).display !== "none" && !filters.matches(":popover-open")) filters.showPopover();
        $("summary", filters)?.focus();
        break;
      }
      case "?": help(); break;
      default: return;
    }
    event.preventDefault();
  });

  /* Statements of an article that its address names without the server's help */

  function chosen() {
    const match = location.pathname.startsWith("/article/") && location.hash.match(/^#s(\d+)$/);
    if (!match) return;
    const url = new URL(location.href);
    if (url.searchParams.get("s") !== match[1] && document.getElementById(`s${match[1]}`)) {
      url.searchParams.set("s", match[1]);
      location.replace(url);
    }
  }
  addEventListener("hashchange", chosen);

  function ready() {
    current = -1;
    // Room for the buttons is kept by the style sheet, so that nothing moves when script comes.
    if (!navigator.clipboard) for (const button of $$("button.copy")) button.style.visibility = "hidden";
    for (const svg of $$(".histogram")) if (location.pathname === "/") brush(svg);
  }

  $("#keys")?.addEventListener("click", help);
  chosen();
  ready();
})();
