// Elements are made from text only, so nothing in the document can become markup.
const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== ""));
  return made;
};

// Descriptions are docstrings: paragraphs, and code between backticks.
const prose = (text = "") =>
  text.trim().split(/\n\s*\n/).filter(Boolean).map((paragraph) => element("p", {}, inline(paragraph)));

const inline = (text = "") =>
  text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part.replace(/\s+/g, " ")));
