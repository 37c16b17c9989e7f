// What a page follows stands in its data-live attributes, and where it shows
// that in data-count. While somebody looks, each change is written there. A
// page nobody looks at lets go: a browser has six connections to one site, and
// of all its windows at most four follow, so that pages can still be opened.
{
  let source, at = "", later, release;
  const stop = () => { clearTimeout(later); source?.close(); release?.(); source = release = undefined; at = ""; };
  const slot = async () => { // gives what lets it go again, or nothing
    if (!navigator.locks) return () => {};
    for (const n of [1, 2, 3, 4]) {
      const free = await new Promise((answer) => navigator.locks.request("live" + n, { ifAvailable: true },
        (lock) => lock ? new Promise((done) => answer(done)) : answer()));
      if (free) return free;
    }
  };
  const show = (texts) => {
    for (const [name, text] of Object.entries(texts)) {
      for (const e of document.querySelectorAll(`[data-count="${CSS.escape(name)}"]`)) {
        e.hidden = !text;
        if (e.textContent !== text) e.textContent = text;
      }
      if (name === "waiting") document.title = document.title.replace(/^\([^)]*\) /, text && `(${text}) `);
    }
  };
  const start = async () => {
    if (document.hidden) return;
    const follow = Array.from(document.querySelectorAll("[data-live]"), (e) => e.dataset.live).filter(Boolean).join("&");
    if (follow === at) return clearTimeout(later);
    stop();
    if (!follow) return;
    at = follow;
    const free = await slot();
    if (at !== follow || release) return free?.(); // something else began meanwhile
    if (!free) {
      at = "";
      later = setTimeout(start, 10000);
      return;
    }
    release = free;
    source = new EventSource("/live?" + follow);
    source.onmessage = (e) => show(JSON.parse(e.data));
    source.onerror = () => {
      if (source?.readyState !== EventSource.CLOSED) return; // it comes back by itself
      stop();
      later = setTimeout(start, 60000);
    };
  };
  addEventListener("pageshow", start);
  addEventListener("pagehide", stop);
  document.addEventListener("htmx:after:swap", start);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) later = setTimeout(stop, 3000); else start();
  });
}
