// On the first day the time zone is the browser's, unless it was typed.
document.querySelectorAll("[data-zone] select").forEach((field) => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && ![...field.options].some((o) => o.value === zone)) field.add(new Option(zone.replaceAll("_", " "), zone));
  if (zone && field.value === "UTC" && field.closest("[data-zone=guess]")) field.value = zone;
});
