// On the first day the time zone is the browser's, unless it was typed.
document.querySelectorAll("[data-zone=guess]").forEach((field) => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && field.value === "UTC") field.value = zone;
});
