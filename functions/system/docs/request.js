// The form below an operation: fill in, see the curl line, send, read the answer.
const TOLD_HEADERS = ["content-type", "x-cache", "age", "cache-control", "etag", "warning", "retry-after", "link", "x-response-time", "x-request-id"];
const LONGEST_SHOWN = 200_000;

const tryForm = (operation, api) => {
  const answer = element("div", { class: "answer", "aria-live": "polite", hidden: true });
  const line = element("pre", { tabindex: "0", "aria-label": "The same as a curl command" });
  const send = element("button", { class: "main", type: "submit" }, "Send");
  const copy = element("button", { type: "button", onclick: () => copied(copy, line.textContent) }, "Copy");
  const form = element("form", { class: "try" },
    element("div", { class: "fields" }, operation.parameters.map((parameter) => inputFor(parameter, api)), bodyInput(operation, api), tokenInput(operation)),
    element("div", { class: "curl" }, line, copy), element("div", {}, send), answer);
  const show = () => { line.textContent = curlLine(requestOf(operation, form)); };
  form.addEventListener("input", show);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    answer.hidden = false;
    answer.replaceChildren(await asked(requestOf(operation, form)));
    send.disabled = false;
  });
  show();
  return form;
};

const inputFor = (parameter, api) => {
  const schema = resolved(parameter.schema, api);
  const name = `${parameter.in}:${parameter.name}`;
  const example = parameter.example ?? exampleOf(schema) ?? "";
  const choices = choicesOf(schema, api);
  const input = choices
    ? element("select", { name }, parameter.required ? [] : element("option", { value: "" }, schema.default === undefined ? "–" : `default (${schema.default})`),
        choices.map((choice) => element("option", { value: choice }, String(choice))))
    : element("input", { name, required: parameter.required, placeholder: schema.default ?? "", autocomplete: "off", spellcheck: "false",
        value: parameter.required ? example : undefined });
  return element("label", {}, parameter.name, parameter.required ? " (required)" : "", element("span", {}, ` ${parameter.in === "header" ? "header" : ""}`), input);
};

const choicesOf = (schema, api) => {
  const found = schema.enum ? schema : alternatives(schema)?.map((each) => resolved(each, api)).find((each) => each.enum || each.type === "boolean") ?? schema;
  return found.enum ?? (found.type === "boolean" ? [true, false] : undefined);
};

const bodyInput = (operation, api) => {
  const content = operation.requestBody?.content?.["application/json"];
  if (!content) return undefined;
  const example = content.example ?? exampleOf(resolved(content.schema, api));
  return element("label", { class: "wide" }, "Body (JSON)", element("textarea", { name: "body", rows: "6", spellcheck: "false" }, example ? JSON.stringify(example, null, 2) : "{}"));
};

const tokenInput = (operation) =>
  operation.security?.length
    ? element("label", { class: "wide" }, "Bearer token", element("span", {}, " kept in this page only"), element("input", { name: "token", type: "password", autocomplete: "off" }))
    : undefined;

const requestOf = (operation, form) => {
  const values = new FormData(form);
  const headers = {};
  const query = new URLSearchParams();
  let path = operation.path;
  for (const { in: place, name } of operation.parameters) {
    const value = String(values.get(`${place}:${name}`) ?? "").trim();
    if (place === "path") path = path.replace(`{${name}}`, value ? encodeURIComponent(value) : `{${name}}`);
    else if (value && place === "query") query.append(name, value);
    else if (value && place === "header") headers[name] = value;
  }
  if (values.get("token")) headers.Authorization = `Bearer ${values.get("token")}`;
  const body = values.get("body") ?? undefined;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return { method: operation.method.toUpperCase(), url: location.origin + path + (query.size ? `?${query}` : ""), headers, body };
};

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

const curlLine = ({ method, url, headers, body }) =>
  ["curl -i", method === "GET" ? "" : `-X ${method}`, ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${name === "Authorization" ? "Bearer $TOKEN" : value}`)}`
    .replace("'Authorization: Bearer $TOKEN'", `"Authorization: Bearer $TOKEN"`)), body === undefined ? "" : `-d ${quoted(body)}`, quoted(url)].filter(Boolean).join(" ");

const asked = async ({ method, url, headers, body }) => {
  const started = performance.now();
  try {
    const response = await fetch(url, { method, headers, body, credentials: "omit" });
    const text = await response.text();
    return told(response, text, performance.now() - started);
  } catch (error) {
    return element("p", { class: "status bad" }, `No answer: ${error.message}`);
  }
};

const told = (response, text, took) => {
  const headers = TOLD_HEADERS.filter((name) => response.headers.has(name));
  const shown = pretty(text);
  return element("div", {},
    element("p", { class: `status ${response.ok ? "good" : "bad"}` }, `${response.status} ${response.statusText} in ${took.toFixed(0)} ms, ${text.length.toLocaleString("en")} characters`),
    element("dl", { class: "headers" }, headers.flatMap((name) => [element("dt", {}, name), element("dd", {}, response.headers.get(name))])),
    element("pre", { tabindex: "0", "aria-label": "Body of the answer" }, shown.slice(0, LONGEST_SHOWN), shown.length > LONGEST_SHOWN ? "\n… cut here; the curl line shows all" : ""));
};

const pretty = (text) => {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text || "(no body)"; }
};

const copied = async (button, text) => {
  try { await navigator.clipboard.writeText(text); button.textContent = "Copied"; } catch { button.textContent = "Select it"; }
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
};
