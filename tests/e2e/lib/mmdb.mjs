// Writes small MaxMind databases: an IPv6 tree of 24-bit records, with IPv4 under ::/96.
function bytesOf(type, size, payload = Buffer.alloc(0)) {
  const head = type <= 7 ? [(type << 5) | size] : [size, type - 7];
  return Buffer.concat([Buffer.from(head), payload]);
}
function number(type, bytes, value) {
  const payload = Buffer.alloc(bytes);
  payload.writeUIntBE(value, Math.max(bytes - 6, 0), Math.min(bytes, 6));
  return bytesOf(type, bytes, payload);
}
function encode(value) {
  if (typeof value === "string") return bytesOf(2, value.length, Buffer.from(value));
  if (typeof value === "boolean") return bytesOf(14, value ? 1 : 0);
  if (Buffer.isBuffer(value)) return value;
  return Buffer.concat([bytesOf(7, Object.keys(value).length), ...Object.entries(value).flatMap(([key, each]) => [encode(key), encode(each)])]);
}

/** `networks`: { "203.0.113.0/24": record }, IPv4 only; records hold strings, booleans and objects. */
export function mmdb(type, networks) {
  const nodes = [[null, null]];
  const data = [];
  let length = 0;
  for (const [network, record] of Object.entries(networks)) {
    const [address, prefix] = network.split("/");
    const bits = "0".repeat(96) + address.split(".").map((part) => Number(part).toString(2).padStart(8, "0")).join("");
    let at = 0;
    for (const bit of bits.slice(0, 96 + Number(prefix) - 1)) {
      nodes[at][bit] ??= nodes.push([null, null]) - 1;
      at = nodes[at][bit];
    }
    nodes[at][bits[96 + Number(prefix) - 1]] = { record: length };
    data.push(encode(record));
    length += data.at(-1).length;
  }
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.flat().forEach((to, i) => tree.writeUIntBE(to === null ? nodes.length : typeof to === "number" ? to : nodes.length + 16 + to.record, i * 3, 3));
  const about = encode({
    node_count: number(6, 4, nodes.length), record_size: number(5, 2, 24), ip_version: number(5, 2, 6), database_type: type,
    binary_format_major_version: number(5, 2, 2), binary_format_minor_version: number(5, 2, 0), build_epoch: number(9, 8, 1800000000),
    languages: bytesOf(11, 0), description: {},
  });
  return Buffer.concat([tree, Buffer.alloc(16), ...data, Buffer.from("\xAB\xCD\xEFMaxMind.com", "latin1"), about]);
}
