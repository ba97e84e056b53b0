// Theme and language before the first paint, so that neither flashes. The rest of the app reads the same two keys.
(function () {
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem('likeness.theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    var locale = localStorage.getItem('likeness.locale') || (navigator.language.indexOf('ko') === 0 ? 'ko' : 'en');
    if (locale === 'ko') {
      root.lang = 'ko';
      root.dataset.waiting = ''; // Prerendered pages are English: hidden until the Korean text is in place.
    }
  } catch (_) {
    // Storage is refused: the defaults stand.
  }
})();
