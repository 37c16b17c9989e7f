// The little that every page does beyond htmx: the desk's keys.
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select, [contenteditable]")) return;
  const key = e.key === "?" ? "help" : e.key;
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return;
  e.preventDefault();
  if (target.matches("input, textarea, select")) target.focus();
  else if (target.matches("dialog")) target.open ? target.close() : target.showModal();
  else target.click();
});

// A navigation in one row begins where one is.
for (const here of document.querySelectorAll(".bar nav [aria-current], .rail-in [aria-current], .tabs [aria-current], .ideas-stages [aria-current]")) {
  const row = here.parentElement;
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  if (CSS.supports("animation-timeline: scroll()")) continue; // the style sheet fades its edges
  const fade = () => row.classList.toggle("moved", row.scrollLeft > 8);
  row.addEventListener("scroll", fade, { passive: true });
  fade();
}

// An address that names a comment of another page leads to that page.
const far = /^#c(\d+)$/.exec(location.hash);
if (far && document.getElementById("comments") && !document.getElementById(`c${far[1]}`) && !location.search.includes("comment="))
  location.replace(`${location.pathname}?comment=${far[1]}${location.hash}`);
