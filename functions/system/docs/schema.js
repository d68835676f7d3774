// JSON Schema as people read it.
const resolved = (schema, api) => {
  let found = schema ?? {};
  while (found.$ref) {
    const { $ref, ...beside } = found;
    found = { ...$ref.slice(2).split("/").reduce((place, key) => place?.[key], api), ...beside };
  }
  return found.allOf?.length === 1 ? { ...resolved(found.allOf[0], api), ...found, allOf: undefined } : found;
};

const alternatives = (schema) => schema.anyOf ?? schema.oneOf;

const typeText = (given, api) => {
  const schema = resolved(given, api);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.join(" | ");
  if (alternatives(schema)) return [...new Set(alternatives(schema).map((each) => typeText(each, api)))].join(" or ");
  if (schema.type === "array") return schema.items ? `list of ${typeText(schema.items, api)}` : "list";
  if (schema.format === "date-time") return "time";
  if (Array.isArray(schema.type)) return schema.type.join(" or ");
  return schema.type ?? "anything";
};

const limitsText = (given, api) => {
  const schema = resolved(given, api);
  const inner = alternatives(schema)?.map((each) => resolved(each, api)).find((each) => each.type !== "null") ?? {};
  const of = (name) => schema[name] ?? inner[name];
  return [
    rangeText(of("minimum") ?? of("exclusiveMinimum"), of("maximum") ?? of("exclusiveMaximum"), ""),
    rangeText(of("minLength"), of("maxLength"), " characters"),
    rangeText(of("minItems"), of("maxItems"), " entries"),
    of("pattern") && `matches ${of("pattern")}`,
    schema.default !== undefined && schema.default !== null && `default ${JSON.stringify(schema.default)}`,
  ].filter(Boolean).join(", ");
};

const rangeText = (low, high, unit) => {
  if (low === undefined && high === undefined) return "";
  if (high === undefined) return `at least ${low}${unit}`;
  return low === undefined ? `at most ${high}${unit}` : `${low} to ${high}${unit}`;
};

const exampleOf = (schema) => schema.examples?.[0] ?? schema.example;

// The one object inside a list or beside null whose fields are worth showing.
const objectWithin = (given, api) => {
  const schema = resolved(given, api);
  if (schema.properties) return schema;
  const inside = [schema.items, ...(schema.prefixItems ?? []), ...(alternatives(schema) ?? []), schema.additionalProperties];
  return inside.filter((each) => each && typeof each === "object").map((each) => objectWithin(each, api)).find(Boolean);
};

const shape = (given, api, depth = 0) => {
  const schema = objectWithin(given, api);
  if (!schema || depth > 7) return undefined;
  return element("ul", { class: "shape" }, Object.entries(schema.properties).map(([name, field]) => fieldLine(name, field, api, depth)));
};

const fieldLine = (name, given, api, depth) => {
  const schema = resolved(given, api);
  const example = exampleOf(schema);
  const line = [
    element("code", {}, name), " ", typeText(given, api),
    element("span", { class: "note" }, schema.description ? [" · ", inline(schema.description)] : "",
      example !== undefined && typeof example !== "object" ? [" · for example ", element("code", {}, String(example))] : ""),
  ];
  if (!objectWithin(given, api)) return element("li", {}, line);
  const folded = element("details", {}, element("summary", {}, line));
  // Built when opened: a schema may contain itself.
  folded.addEventListener("toggle", () => folded.children.length === 1 && folded.append(shape(given, api, depth + 1) ?? "…"), { once: true });
  return element("li", {}, folded);
};
