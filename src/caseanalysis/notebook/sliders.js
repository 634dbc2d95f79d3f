// A slider of ipywidgets has no name for a screen reader, and tells its value as a whole number.
const name = () => {
  for (const slider of element.closest(".jp-OutputArea").querySelectorAll(".widget-slider")) {
    const handle = slider.querySelector("[role=slider]");
    const told = {
      "aria-label": slider.querySelector(".widget-label"),
      "aria-valuetext": slider.querySelector(".widget-readout"),
    };
    for (const [attribute, source] of Object.entries(told)) {
      if (handle && source && handle.getAttribute(attribute) !== source.textContent) {
        handle.setAttribute(attribute, source.textContent);
      }
    }
  }
};
const watch = (tries) => {
  const area = element.closest(".jp-OutputArea");
  if (area) {
    const seen = { subtree: true, childList: true, characterData: true, attributes: true };
    new MutationObserver(name).observe(area, { ...seen, attributeFilter: ["aria-valuetext"] });
    name();
  } else if (tries) {
    requestAnimationFrame(() => watch(tries - 1));
  }
};
watch(600);
