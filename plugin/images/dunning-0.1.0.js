/* What a browser with script gets on top: progress without reload, one box that ticks all rows, no double sending.
   Every page works without it. */
(function () {
  "use strict";

  /* A job's page: ask how far it is, until it is over. A reload after a form then asks for the job, not for the form. */
  function follow(box) {
    var live = document.querySelector("[data-dunning-live]");
    var said = -1;
    var trouble = 0;
    var pause = 300;  /* Small jobs are over at once, long ones are asked for once a second. */

    if (window.history.replaceState) {
      try { window.history.replaceState(null, "", box.dataset.dunningAddress); } catch (error) { /* in a frame of another origin */ }
    }
    if (box.dataset.dunningState !== "queued" && box.dataset.dunningState !== "running") { return; }
    hideRefresh();
    later(pause);

    function later(wait) { window.setTimeout(ask, wait); }

    function hideRefresh() {
      var plain = box.querySelector("[data-dunning-plain]");
      if (plain) { plain.hidden = true; }
    }

    function ask() {
      fetch(box.dataset.dunningJob, { credentials: "same-origin", headers: { Accept: "application/json" } })
        .then(function (answer) {
          if (!answer.ok) { throw new Error(answer.status); }
          return answer.json();
        })
        .then(show)
        .catch(function () {
          /* The service may be starting anew: the job goes on, so keep asking, ever more slowly. */
          trouble += 1;
          if (trouble < 40) { later(Math.min(1000 * trouble, 15000)); }
        });
    }

    function show(figures) {
      trouble = 0;
      var inside = box.contains(document.activeElement);
      if (inside && !figures.over) {
        advance(figures);
      } else {
        /* Made by our own server from escaped text, just as the page itself. */
        box.innerHTML = figures.html;
        if (inside) { box.tabIndex = -1; box.focus(); }
      }
      tell(figures);
      if (!figures.over) { hideRefresh(); pause = Math.min(1000, pause + 200); later(pause); }
    }

    function advance(figures) {
      var bar = box.querySelector("progress");
      if (bar && figures.total) { bar.max = figures.total; bar.value = figures.done; }
      var words = box.querySelector(".progress-words");
      if (words) { words.textContent = figures.sentence; }
    }

    /* A screen reader hears every fourth part of the way, not every second. */
    function tell(figures) {
      var quarter = figures.over ? 5 : figures.total ? Math.floor(4 * figures.done / figures.total) : 0;
      if (quarter !== said) { said = quarter; live.textContent = figures.sentence; }
    }
  }

  /* One box in the heading that ticks all rows shown. */
  function pickAll(table) {
    var boxes = table.querySelectorAll("tbody input[type=checkbox]");
    if (boxes.length < 2) { return; }
    var label = document.createElement("label");
    var all = document.createElement("input");
    var words = document.createElement("span");
    label.className = "tick";
    all.type = "checkbox";
    words.className = "hidden";
    words.textContent = table.dataset.dunningPick;
    label.append(all, words);
    table.querySelector("thead .pick").replaceChildren(label);
    all.addEventListener("change", function () { boxes.forEach(function (one) { one.checked = all.checked; }); });
    table.addEventListener("change", function () {
      var ticked = table.querySelectorAll("tbody input[type=checkbox]:checked").length;
      all.checked = ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    });
  }

  /* The server acts once whatever comes; this only spares the reader the doubt. */
  function once(form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.dunningSent) { event.preventDefault(); return; }
      form.dataset.dunningSent = "yes";
      form.querySelectorAll("button").forEach(function (button) { button.setAttribute("aria-disabled", "true"); });
    });
    window.addEventListener("pageshow", function () {
      delete form.dataset.dunningSent;
      form.querySelectorAll("button").forEach(function (button) { button.removeAttribute("aria-disabled"); });
    });
  }

  document.querySelectorAll("[data-dunning-job]").forEach(follow);
  document.querySelectorAll("[data-dunning-pick]").forEach(pickAll);
  document.querySelectorAll("form[data-dunning-once]").forEach(once);
}());
