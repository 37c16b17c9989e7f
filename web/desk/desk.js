// Copy buttons, and the open thread kept in sight of its list. Without this
// file the text can be selected, and the list scrolled.
document.addEventListener("click", async (e) => {
  const button = e.target.closest("[data-copy]");
  if (!button) return;
  const from = document.getElementById(button.dataset.copy);
  if (!from) return;
  try {
    await navigator.clipboard.writeText(from.value ?? from.textContent);
  } catch {
    from.focus();
    from.select?.();
    return;
  }
  const said = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = said; }, 2000);
});
for (const b of document.querySelectorAll("[data-copy][hidden]")) b.hidden = false;
{
  const list = document.querySelector(".list"), current = list?.querySelector("[aria-current=true]");
  if (current) list.scrollTop = current.offsetTop - list.clientHeight / 3;
}
