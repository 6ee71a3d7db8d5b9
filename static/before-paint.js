// Runs before the first paint: applies the chosen theme, so that the page never flashes in the
// other one, and marks a page that was framed, where no header could forbid it.
(() => {
  const page = document.documentElement;
  if (window.top !== window.self) page.dataset.framed = "";
  try {
    const theme = localStorage.getItem("porthole.theme");
    if (theme === "light" || theme === "dark") page.dataset.theme = theme;
  } catch {
    // Storage is switched off: the system's theme it is.
  }
})();
