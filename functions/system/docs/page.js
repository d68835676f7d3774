// From the OpenAPI document beside this page to the page.
const METHODS = ["get", "post", "put", "patch", "delete"];

const operationsOf = (api) =>
  Object.entries(api.paths ?? {}).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({
      ...item[method], path, method,
      id: item[method].operationId ?? `${method}-${path}`.replace(/[^\w-]+/g, "-"),
      group: item[method].tags?.[0] ?? "other",
      parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map((each) => resolved(each, api)),
    })));

const grouped = (operations) => Map.groupBy ? Map.groupBy(operations, (each) => each.group)
  : operations.reduce((groups, each) => groups.set(each.group, [...(groups.get(each.group) ?? []), each]), new Map());

const section = (group, operations, api) =>
  element("section", { "aria-labelledby": `group-${group}` }, element("h2", { id: `group-${group}` }, titled(group)),
    prose(api.tags?.find((tag) => tag.name === group)?.description), operations.map((each) => article(each, api)));

const titled = (group) => group.charAt(0).toUpperCase() + group.slice(1).replaceAll("_", " ");

const article = (operation, api) =>
  element("article", { class: "operation", id: operation.id, "aria-labelledby": `${operation.id}-title` },
    element("header", {}, element("h3", { id: `${operation.id}-title` },
      element("span", { class: `method ${operation.method}` }, operation.method.toUpperCase()), " ", element("span", { class: "path" }, operation.path)),
      element("span", { class: "summary" }, operation.summary ?? "")),
    prose(operation.description), promises(operation), parametersTable(operation.parameters, api), responses(operation, api), folded("Try it", () => tryForm(operation, api)));

const promises = (operation) => {
  const freshness = operation["x-freshness"];
  const told = [
    freshness?.max_age && `Good for ${freshness.max_age} s`,
    operation.security?.length ? "Needs a token" : "",
    operation.deprecated ? "Deprecated" : "",
  ].filter(Boolean);
  return told.length ? element("ul", { class: "promises" }, told.map((text) => element("li", {}, text))) : undefined;
};

const parametersTable = (parameters, api) => {
  if (!parameters.length) return undefined;
  const rows = parameters.map((parameter) => element("tr", {},
    element("td", {}, element("code", {}, parameter.name), element("span", { class: "note" }, parameter.required ? `${parameter.in}, required` : parameter.in)),
    element("td", {}, typeText(parameter.schema, api), element("span", { class: "note" }, limitsText(parameter.schema, api))),
    element("td", {}, prose(parameter.description ?? resolved(parameter.schema, api).description))));
  return table("Parameters", ["Parameter", "Value", "Meaning"], rows);
};

const table = (title, heads, rows) =>
  element("div", {}, element("h4", {}, title), element("div", { class: "scroll" },
    element("table", {}, element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col" }, head)))), element("tbody", {}, rows))));

const responses = (operation, api) =>
  folded(`Answers: ${Object.keys(operation.responses ?? {}).join(", ")}`, () =>
    Object.entries(operation.responses ?? {}).map(([status, given]) => {
      const response = resolved(given, api);
      const contents = Object.entries(response.content ?? {});
      const fields = contents.map(([, content]) => shape(content.schema, api)).find(Boolean);
      return element("div", {}, element("h4", {}, [status, response.description, ...contents.map(([type]) => type)].filter(Boolean).join(" · ")), fields);
    }));

// Built when first opened: hundreds of forms and shapes are not worth the wait.
const folded = (title, build) => {
  const made = element("details", {}, element("summary", {}, title));
  made.addEventListener("toggle", () => made.append(...[build()].flat()), { once: true });
  return made;
};

const menu = (groups) =>
  [...groups].map(([group, operations]) => element("div", {}, element("h2", {}, titled(group)),
    element("ul", {}, operations.map((each) => element("li", { "data-words": `${each.method} ${each.path} ${each.summary} ${group}`.toLowerCase() },
      element("a", { href: `#${each.id}` }, each.summary ?? each.path))))));

const find = (words) => {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const lines = [...document.querySelectorAll("#menu li")];
  for (const line of lines) line.hidden = !wanted.every((word) => line.dataset.words.includes(word));
  for (const group of document.querySelectorAll("#menu > div")) group.hidden = !group.querySelector("li:not([hidden])");
  const left = lines.filter((line) => !line.hidden).length;
  document.getElementById("found").textContent = wanted.length ? `${left} of ${lines.length} operations` : "";
};

const follow = () => {
  const links = new Map([...document.querySelectorAll("#menu a")].map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((each) => each.isIntersecting)) {
      document.querySelector("#menu a[aria-current]")?.removeAttribute("aria-current");
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-15% 0px -70% 0px" });
  for (const each of document.querySelectorAll(".operation")) seen.observe(each);
};

const colours = () => {
  const choice = document.getElementById("theme");
  const apply = (theme) => { document.documentElement.dataset.theme = theme; };
  try { choice.value = localStorage.getItem("theme") ?? ""; } catch { choice.value = ""; }
  apply(choice.value);
  choice.addEventListener("change", () => {
    apply(choice.value);
    try { localStorage.setItem("theme", choice.value); } catch { /* Storage is refused: the choice holds for this visit. */ }
  });
};

const start = async () => {
  colours();
  const place = document.getElementById("operations");
  try {
    const response = await fetch("openapi.json", { credentials: "omit" });
    if (!response.ok) throw new Error(`openapi.json answered ${response.status}`);
    const api = await response.json();
    const groups = grouped(operationsOf(api));
    document.getElementById("version").textContent = api.info?.version ?? "";
    place.replaceChildren(...[...groups].map(([group, operations]) => section(group, operations, api)));
    document.getElementById("menu").replaceChildren(...menu(groups));
    document.getElementById("find").addEventListener("input", (event) => find(event.target.value));
    follow();
    if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  } catch (error) {
    place.replaceChildren(element("p", { class: "status bad", role: "alert" }, `The operations could not be loaded: ${error.message}. Reload the page to try again.`));
  }
};

start();
