// Copy buttons, and j and k through a list. Without this file the text can be
// selected, and the list read.
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
