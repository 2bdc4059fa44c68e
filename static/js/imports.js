/* Uploading a register: dropped files, a bar that moves, a file too large refused before it travels. Works without, too. */
(() => {
  const form = document.querySelector("[data-upload]");
  const input = form.querySelector("input[type=file]");
  const bar = form.querySelector(".upload-progress");
  const fault = form.querySelector("[data-upload-fault]");
  const { sayLarge, sayReading, limit } = form.dataset;

  function tell(sentence) {
    bar.hidden = true;
    fault.hidden = !sentence;
    fault.textContent = sentence || "";
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }

  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("is-over");
    });
  }
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("is-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });

  form.addEventListener("submit", (event) => {
    const file = input.files[0];
    if (!file || form.dataset.uploading) return;
    event.preventDefault();
    if (file.size > Number(limit)) {
      tell(sayLarge);
      return;
    }
    tell("");
    form.dataset.uploading = "yes";
    bar.hidden = false;
    const [progress, words] = bar.children;
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (sent) => {
      progress.value = sent.lengthComputable ? (100 * sent.loaded) / sent.total : 0;
      words.textContent = sent.loaded < sent.total ? `${Math.round(progress.value)} %` : sayReading;
    });
    request.addEventListener("load", () => {
      delete form.dataset.uploading;
      if (request.status < 400) {
        location.assign(request.responseURL);
        return;
      }
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      const said = answer.querySelector("#file-fault-1") || answer.querySelector(".refusal .sentence");
      tell(said?.textContent.trim() || document.body.dataset.sayFailed);
      const fresh = answer.querySelector("[data-upload] [name=request_id]");
      form.elements.request_id.value = fresh?.value || crypto.randomUUID();
    });
    request.addEventListener("error", () => {
      delete form.dataset.uploading;
      tell(document.body.dataset.sayOffline);
    });
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
})();
