/** One order mapped by hand, column by column, the way a service written for one ERP would do it. */

type Row = readonly unknown[];

const text = (value: unknown): string => String(value).trimEnd();
const textOrNull = (value: unknown): string | null => (value === null || text(value) === "" ? null : text(value));
const scaled = (value: unknown, scale: number): string => {
  const digits = String(value)
    .replace("-", "")
    .padStart(scale + 1, "0");
  return `${String(value).startsWith("-") ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};
const cents = (value: unknown, currency: unknown) => ({ amount: scaled(value, 2), currency: text(currency) });
const date = (value: unknown): string | null => {
  const digits = String(value);
  return value === 0 ? null : `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
};

const berlin = new Intl.DateTimeFormat("en-US", { timeZone: "Europe/Berlin", hourCycle: "h23", hour: "numeric" });
const offsets = new Map<unknown, number>();
/** Whole hours suffice for this zone; the hour of the change itself is left to chance here. */
const instant = (day: unknown, time: unknown): string | null => {
  if (day === 0) return null;
  let offset = offsets.get(day);
  if (offset === undefined) {
    const noon = new Date(`${date(day)}T12:00:00Z`);
    offset = Number(berlin.format(noon)) - 12;
    offsets.set(day, offset);
  }
  const clock = String(time).padStart(6, "0");
  const local = Date.UTC(
    Number(day) / 10000,
    (Math.floor(Number(day) / 100) % 100) - 1,
    Number(day) % 100,
    Number(clock.slice(0, 2)) - offset,
    Number(clock.slice(2, 4)),
    Number(clock.slice(4)),
  );
  return `${new Date(local).toISOString().slice(0, 19)}Z`;
};

const statuses: Record<string, string> = { "10": "entered", "20": "released", H: "on_hold", "40": "partly_shipped", "50": "shipped", "90": "cancelled" };
const lineStatuses: Record<string, string> = { "10": "open", "40": "partly_shipped", "50": "shipped", "90": "cancelled" };
const channels: Record<string, string> = { E: "edi", P: "phone", W: "web", F: "fax", A: "api" };

/** `at`: where the fields' columns begin. Money columns come as amount and currency. */
export function orderOf(row: Row, at: number, lines: readonly Row[], notes?: readonly Row[]): object {
  const c = (index: number): unknown => row[at + index];
  return {
    id: text(row[0]),
    status: statuses[text(c(0))],
    customer_id: text(c(1)),
    bill_to_id: text(c(2)),
    reference: textOrNull(c(3)),
    placed_at: instant(c(4), c(5)),
    requested_on: date(c(6)),
    confirmed_on: date(c(7)),
    address_id: c(9) === 0 ? null : `${text(c(8))}~${c(9)}`,
    ship_to: { name: text(c(10)), street: text(c(11)), postal_code: text(c(12)), city: text(c(13)), country: text(c(14)) },
    net: cents(c(15), c(16)),
    freight: { amount: Number(c(17)).toFixed(2), currency: text(c(18)) },
    tax: cents(c(19), c(20)),
    total: cents(c(21), c(22)),
    channel: channels[text(c(23))],
    comment: c(24) === null ? null : Buffer.from(String(c(24)).slice(2), "hex").toString("latin1"),
    // A single read selects the margin, too, for the ETag; it is hidden from this key.
    changed_at: notes === undefined ? instant(c(25), c(26)) : instant(c(27), c(28)),
    lines: lines.map((line) => ({
      line_no: line[2],
      product_id: text(line[3]),
      description: text(line[4]),
      status: lineStatuses[text(line[5])],
      quantity: scaled(line[6], 3),
      shipped_quantity: scaled(line[7], 3),
      unit: text(line[8]),
      unit_price: scaled(line[9], 2),
      discount_percent: line[10],
      net: scaled(line[11], 2),
      requested_on: date(line[12]),
    })),
    ...(notes !== undefined && { notes: notes.map((note) => ({ text: text(note[2]), written_on: date(note[3]) })) }),
  };
}
