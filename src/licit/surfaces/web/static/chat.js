// The chat: answers as they come, and the page changed in its place. Without it every form works and loads a page.
(() => {
  "use strict";
  const one = (what, where = document) => where.querySelector(what);
  const room = () => one("#room");
  const tell = words => { const told = one("#told"); if (told) told.textContent = words; };
  let stopping = null, shown = location.pathname + location.search;

  // Put the room of another page in the place of this one's; what was open and what had the focus stays so.
  const swap = (html, address, focus) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const next = one("#room", page);
    if (!next) { location.assign(address); return; }
    const open = [...document.querySelectorAll("details[id][open]")].map(fold => fold.id);
    const draft = one("#text") ? one("#text").value : "";
    room().replaceWith(document.adoptNode(next));
    const bar = one(".bar", page);
    if (bar) one(".bar").replaceWith(document.adoptNode(bar));
    document.title = page.title;
    if (address !== shown) history.pushState(null, "", address);
    shown = address;
    for (const name of open) { const fold = document.getElementById(name); if (fold) fold.open = true; }
    if (draft && !one("#text").value) one("#text").value = draft;
    settle();
    const target = focus && document.getElementById(focus);
    if (target) target.focus({ preventScroll: true });
    const said = one("#switch [role=status], #found");
    if (said) tell(said.textContent.trim());
  };
  const wide = () => matchMedia("(min-width: 62rem)").matches;
  const settle = () => {
    if (wide()) document.querySelectorAll(".side .past").forEach(fold => { fold.open = true; });
  };
  const get = async (address, focus) => {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    const url = new URL(answer.url);
    swap(await answer.text(), url.pathname + url.search, focus);
    const at = address.split("#")[1];
    if (at) one("#" + at)?.scrollIntoView({ block: "nearest" });
  };
  // Down to the end, but never past the last question: whoever reads begins at its answer's beginning.
  const down = () => {
    const asked = [...document.querySelectorAll("#said .user")].pop();
    const end = document.documentElement.scrollHeight - innerHeight;
    scrollTo({ top: Math.min(end, asked ? asked.getBoundingClientRect().top + scrollY - 12 : end) });
  };
  let still = true;

  const bubble = (role, words) => {
    const item = document.createElement("li"), name = document.createElement("h2"), text = document.createElement("div");
    item.className = role;
    name.className = "unseen";
    name.textContent = role === "user" ? room().dataset.you : room().dataset.it;
    text.className = "text words";
    text.dir = "auto";
    text.textContent = words;
    item.append(name, text);
    one("#said").append(item);
    return text;
  };

  // Send a question and write the answer as it comes; then take the page as the server has it.
  const stream = async (form, button) => {
    const data = new FormData(form, button), said = one("#said"), from = data.get("at");
    const again = data.get("do") === "again";
    one(".opening")?.remove();
    one(".failed")?.remove();
    if (from !== null) while (said.children.length > Number(from)) said.lastElementChild.remove();
    if (again) while (said.lastElementChild?.classList.contains("assistant")) said.lastElementChild.remove();
    else bubble("user", data.get("text"));
    const text = bubble("assistant", ""), send = one("button.send");
    text.parentElement.classList.add("writing");
    text.parentElement.setAttribute("aria-busy", "true");
    document.querySelectorAll("#room button:not(.send, .switch)").forEach(other => { other.disabled = true; });
    if (form.id === "box") { one("#text").value = ""; one("#text").focus(); }
    stopping = new AbortController();
    send.dataset.stops = "1";
    one(".unseen", send).textContent = room().dataset.stop;
    one(".icon", send).setAttribute("data-stop", "");
    one(".icon path", send).setAttribute("d", "M7 7h10v10H7z");
    tell(room().dataset.writing);
    still = true;
    down();
    let at = location.pathname + location.search, end = "failed";
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), headers: { "x-piece-by-piece": "1" }, signal: stopping.signal });
      if (!answer.ok) { swap(await answer.text(), location.pathname, ""); return; }
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        for (const line of lines) {
          const told = JSON.parse(line);
          at = told.at ?? at;
          end = told.end ?? end;
          if (told.words) text.textContent += told.words;
        }
        if (still) down();
      }
    } catch (error) {
      if (error.name === "AbortError") end = "stopped";
    }
    stopping = null;
    const words = text.textContent;
    if (at.startsWith("/chat/talk/")) await get(at, again ? "again" : "text");
    tell(end === "failed" ? room().dataset.failed : words);
    if (still) down();
  };

  document.addEventListener("submit", event => {
    const form = event.target, button = event.submitter;
    if (form.matches("[data-stream]")) {
      event.preventDefault();
      if (!stopping) stream(form, button);
    } else if (form.matches("[data-swap]") && !stopping) {
      event.preventDefault();
      fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, button)) }).then(async answer => {
        const url = new URL(answer.url);
        swap(await answer.text(), url.pathname + url.search, button?.id || "text");
      });
    }
  });
  document.addEventListener("click", event => {
    const stop = event.target.closest("[data-stops]"), link = event.target.closest("a[data-go]");
    if (stop && stopping) { event.preventDefault(); stopping.abort(); return; }
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      if (stopping) stopping.abort();
      get(link.getAttribute("href"), link.hash ? "" : "text");
    }
  });
  document.addEventListener("keydown", event => {
    if (event.target.id === "text" && event.key === "Enter" && !event.shiftKey && !event.isComposing && !stopping) {
      event.preventDefault();
      if (event.target.value.trim()) event.target.form.requestSubmit();
    }
    if (event.key === "Escape" && stopping) stopping.abort();
  });
  for (const moved of ["wheel", "touchmove"]) addEventListener(moved, () => { still = false; }, { passive: true });
  addEventListener("popstate", () => { if (shown !== location.pathname + location.search) location.reload(); });
  settle();
})();
