/** The guesses from values hold for all values of their kind, and are not made of values that only look alike. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { guessCodes, guessDeleted, guessFlag } from "#erp/introspect/guess/codes.ts";
import { guessDate, guessTime, isTimeOfDay } from "#erp/introspect/guess/dates.ts";
import { commonFactor, guessNumber, isCurrency } from "#erp/introspect/guess/numbers.ts";
import { isCardNumber, isEmail, isIban, isPhone, nameSuspicion, valueSuspicion } from "#erp/introspect/guess/private.ts";
import type { Values } from "#erp/introspect/values.ts";

function valuesOf(cells: readonly (string | number)[]): Values {
  const counts = new Map<string, number>();
  for (const cell of cells) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
  return { rows: cells.length, whole: true, nulls: 0, counts, filledTo: undefined, bytes: [] };
}

const integer = (name: string) => ({ name, type: "integer", declared: "integer", comment: "" }) as const;
const text = (name: string, length: number) => ({ name, type: "text", declared: `char(${length})`, length, comment: "" }) as const;

const dates = fc.array(fc.date({ min: new Date("1990-01-01"), max: new Date("2040-12-31"), noInvalidDate: true }), { minLength: 1, maxLength: 60 });
const calendar = (date: Date) => ({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() });
const yyyymmdd = (date: Date): number => calendar(date).year * 10_000 + calendar(date).month * 100 + calendar(date).day;
const dayOfYear = (date: Date): number => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;

describe("dates", () => {
  test("under a date's name, every form is recognised from any dates, zeros among them or not", () => {
    fc.assert(
      fc.property(dates, fc.boolean(), (some, zeros) => {
        const cells = (write: (date: Date) => number) => valuesOf([...some.map(write), ...(zeros ? [0] : [])]);
        const nullWhen = zeros ? [0] : [];
        expect(guessDate(integer("ORDDT"), cells(yyyymmdd), false)).toMatchObject({ stored: { kind: "date", form: "yyyymmdd" }, nullWhen });
        expect(
          guessDate(
            integer("ORDDT"),
            cells((date) => yyyymmdd(date) - 19_000_000),
            false,
          ),
        ).toMatchObject({ stored: { kind: "date", form: "cyymmdd" }, nullWhen });
        expect(
          guessDate(
            integer("DUEJD"),
            cells((date) => (date.getUTCFullYear() - 1900) * 1000 + dayOfYear(date)),
            false,
          ),
        ).toMatchObject({ stored: { kind: "julian", form: "cyyddd" }, nullWhen });
        expect(
          guessDate(
            integer("DUEJD"),
            cells((date) => date.getUTCFullYear() * 1000 + dayOfYear(date)),
            false,
          ),
        ).toMatchObject({ stored: { kind: "julian", form: "yyyyddd" }, nullWhen });
      }),
    );
  });

  test("texts of digits are dates as well", () => {
    fc.assert(
      fc.property(dates, (some) => {
        expect(guessDate(text("ZAHLDAT", 8), valuesOf(some.map((date) => String(yyyymmdd(date)))), false)).toMatchObject({ stored: { form: "yyyymmdd" } });
      }),
    );
  });

  test("the same digits under the name of a number, an amount or a quantity are none", () => {
    fc.assert(
      fc.property(dates, fc.constantFrom("ORDNO", "order_id", "INVNUM", "beleg_nr", "ORDTOT", "price", "QTYOR", "order_key"), (some, name) => {
        expect(guessDate(integer(name), valuesOf(some.map(yyyymmdd)), false)).toBeUndefined();
      }),
    );
  });

  test("what tells rows apart is no date, whatever its digits: order 20240131", () => {
    fc.assert(
      fc.property(dates, (some) => {
        expect(guessDate(integer("ORDDT"), valuesOf(some.map(yyyymmdd)), true)).toBeUndefined();
      }),
    );
  });

  test("numbers counted up from one that looks like a date are none, under a name that says nothing", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("2000-01-01"), max: new Date("2030-12-31"), noInvalidDate: true }),
        fc.integer({ min: 1, max: 400 }),
        (first, length) => {
          const counted = Array.from({ length }, (_, index) => yyyymmdd(first) + index);
          expect(guessDate(integer("BELEG"), valuesOf(counted), false)).toBeUndefined();
        },
      ),
    );
  });

  test("numbers of any size are none, under a name that says nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 99_999_999 }), { minLength: 20, maxLength: 200 }), (cells) => {
        expect(guessDate(integer("WERT"), valuesOf(cells), false)).toBeUndefined();
      }),
    );
  });

  test("one open end among hundreds of dates is a mistake, many mean until further notice", () => {
    const some = Array.from({ length: 300 }, (_, index) => yyyymmdd(new Date(Date.UTC(2024, 0, 1 + index))));
    expect(guessDate(integer("VALTO"), valuesOf([...some, 99_999_999]), false)?.nullWhen).toEqual([]);
    expect(guessDate(integer("VALTO"), valuesOf([...some, ...Array(20).fill(99_999_999)]), false)?.nullWhen).toEqual([99_999_999]);
  });

  test("a column of zeros has the form of the dates around it, or none", () => {
    expect(guessDate(integer("REQDT"), valuesOf([0, 0]), false)).toBeUndefined();
    expect(guessDate(integer("REQDT"), valuesOf([0, 0]), false, [{ kind: "julian", form: "cyyddd" }])).toMatchObject({
      stored: { form: "cyyddd" },
      nullWhen: [0],
    });
  });
});

describe("times of day", () => {
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 59 }))
    .map(([h, m, s]) => h * 10_000 + m * 100 + s);

  test("every time of day is one beside the date of its name, and 24:00:00 and 12:60:00 are none", () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1 }), (cells) => {
        expect(guessTime(integer("ORDTM"), valuesOf(cells), { name: "ORDDT", adjacent: false })).toBeDefined();
      }),
    );
    expect([240_000, 126_000, 120_060].map((value) => isTimeOfDay(String(value)))).toEqual([false, false, false]);
  });

  test("beside another date, or under another name, they are numbers", () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 15 }), (cells) => {
        expect(guessTime(integer("CHGTM"), valuesOf(cells), { name: "ORDDT", adjacent: false })).toBeUndefined();
        expect(guessTime(integer("PKGCNT"), valuesOf(cells), { name: "ORDDT", adjacent: true })).toBeUndefined();
      }),
    );
  });
});

describe("numbers", () => {
  test("multiples of 1000 under a quantity's name have three implied decimals; under a line number's they have none", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9_999 }), { minLength: 3, maxLength: 50 }), (cells) => {
        expect(guessNumber({ ...integer("QTYOR"), comment: "" }, valuesOf(cells.map((cell) => cell * 1000)), false)).toMatchObject({
          kind: "decimal",
          scale: 3,
        });
        expect(guessNumber({ ...integer("LINNO"), comment: "" }, valuesOf(cells.map((cell) => cell * 1000)), false)).toMatchObject({ kind: "integer" });
      }),
    );
    expect(commonFactor(valuesOf([1, 2, 3, 4, 5]))).toBeUndefined();
  });

  test("a percentage in floating point is a fraction only where no value is above one", () => {
    const float = { name: "discountpercent", type: "float", comment: "" } as const;
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 1.5, max: 100, noNaN: true }),
        (fractions, more) => {
          expect(guessNumber(float, valuesOf(fractions), false)).toMatchObject({ scale: -2 });
          expect(guessNumber(float, valuesOf([...fractions, more]), false)).not.toHaveProperty("scale");
        },
      ),
    );
  });

  test("what a comment says goes before names and values", () => {
    expect(guessNumber({ ...integer("WERT"), comment: "in cents" }, valuesOf([1, 2]), false)).toMatchObject({ kind: "money", scale: 2 });
    expect(guessNumber({ ...integer("MENGE"), comment: "times 1000" }, valuesOf([1, 2]), false)).toMatchObject({ kind: "decimal", scale: 3 });
  });

  test("currencies are ISO 4217 codes under a currency's name, or several of them; three letters are not enough", () => {
    expect(isCurrency(text("CURCD", 3), valuesOf(["EUR", "EUR"]))).toBe(true);
    expect(isCurrency(text("XYZ", 3), valuesOf(["EUR", "USD"]))).toBe(true);
    expect(isCurrency(text("UOMCD", 3), valuesOf(["STK", "KRT", "PAL"]))).toBe(false);
    expect(isCurrency(text("XYZ", 3), valuesOf(["ALL"]))).toBe(false);
  });
});

describe("flags and codes", () => {
  test("letters for yes and no are a flag; one more letter makes them codes", () => {
    fc.assert(
      fc.property(fc.constantFrom("Y", "J"), fc.constantFrom("N", ""), fc.integer({ min: 5, max: 100 }), (yes, no, count) => {
        const cells = [...Array(count).fill(yes), ...Array(count).fill(no)];
        expect(guessFlag(text("BLKFLG", 1), valuesOf(cells))).toBeDefined();
        expect(guessFlag(text("BLKFLG", 1), valuesOf([...cells, ...Array(count).fill("Q")]))).toBeUndefined();
        expect(guessCodes(text("BLKFLG", 1), valuesOf([...cells, ...Array(count).fill("Q")]))?.size).toBe(3);
      }),
    );
  });

  test("0 and 1 are a flag under a flag's name; numbers of lines, quantities and keys are none", () => {
    const cells = Array.from({ length: 200 }, (_, index) => index % 2);
    expect(guessFlag({ ...integer("is_active"), declared: "integer" }, valuesOf(cells))).toBeDefined();
    expect(guessFlag({ ...integer("NEWSLT"), declared: "smallint" }, valuesOf(cells))).toBeDefined();
    for (const name of ["LINNO", "QTYOR", "SEQNO", "packages_qty"])
      expect(guessFlag({ ...integer(name), declared: "smallint" }, valuesOf(cells))).toBeUndefined();
    expect(guessFlag({ ...integer("WERT"), declared: "integer" }, valuesOf(cells))).toBeUndefined();
  });

  test("texts that repeat seldom, and long ones, are no codes", () => {
    expect(guessCodes(text("ORDST", 2), valuesOf(Array.from({ length: 100 }, (_, index) => String(index))))).toBeUndefined();
    expect(guessCodes(text("STATUS", 40), valuesOf(Array(100).fill("open")))).toBeUndefined();
    expect(guessCodes(integer("PRIO"), valuesOf(Array.from({ length: 100 }, (_, index) => index % 9)))).toBeUndefined();
  });

  test("a mark of deleted rows is one only where most rows are not deleted", () => {
    expect(guessDeleted(text("DELFLG", 1), valuesOf([...Array(50).fill(""), "D"]))).toMatchObject({ kind: "marks", marks: ["D"] });
    expect(guessDeleted(text("DELFLG", 1), valuesOf(Array(50).fill("")))).toMatchObject({ kind: "blank", marks: [""] });
    expect(guessDeleted(text("DELFLG", 1), valuesOf(Array(50).fill("D")))).toBeUndefined();
    expect(guessDeleted(text("DELADD", 1), valuesOf([...Array(50).fill(""), "D"]))).toBeUndefined();
  });
});

describe("secrets and personal data", () => {
  test("a wrong digit makes an IBAN and a card number none", () => {
    expect(isIban("DE89 3704 0044 0532 0130 00")).toBe(true);
    expect(isCardNumber("4111 1111 1111 1111")).toBe(true);
    const digit = fc.tuple(fc.integer({ min: 4, max: 21 }), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(digit, ([at, more]) => {
        const digits = [..."DE89370400440532013000"];
        digits[at] = String((Number(digits[at]) + more) % 10);
        expect(isIban(digits.join(""))).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.tuple(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 1, max: 9 })), ([at, more]) => {
        const digits = [..."4111111111111111"];
        digits[at] = String((Number(digits[at]) + more) % 10);
        expect(isCardNumber(digits.join(""))).toBe(false);
      }),
    );
  });

  test("numbers of documents, EANs and amounts look like nobody's data", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2_000_000_000 }), { minLength: 5, maxLength: 60 }), (cells) => {
        for (const write of [
          (cell: number) => String(cell),
          (cell: number) => String(cell).padStart(10, "0"),
          (cell: number) => `RE${String(cell).padStart(8, "0")}`,
          (cell: number) => (cell / 100).toFixed(2),
        ])
          expect(valueSuspicion(valuesOf(cells.map(write)))).toBeUndefined();
      }),
    );
    expect(["20457", "C0000001", "2026-01-31", "0000100001", "12/345"].map(isPhone)).toEqual([false, false, false, false, false]);
    expect(["+49 40 1234567", "040/123456", "(555) 123-4567"].map(isPhone)).toEqual([true, true, true]);
    expect(["a@b.de", "a@b", "@", "A 10 @ 5.00"].map(isEmail)).toEqual([true, false, false, false]);
  });

  test("names give away what must not even be looked at, and leave the others alone", () => {
    const why = (name: string) => nameSuspicion({ name, comment: "" })?.why;
    for (const name of ["PASSWD", "password", "user_pwd", "XSECRT", "api_token", "apikey", "ediserverpwd", "passwort"])
      expect([name, why(name)]).toEqual([name, "secret"]);
    for (const name of ["IBAN", "birth_date", "BRTHDT", "dob", "e_mail", "EMAIL", "PHONE", "card_number", "bankacc", "faxno", "LSTNAM"])
      expect([name, why(name)]).toEqual([name, "personal"]);
    for (const name of ["MRGAMT", "standardcost", "CSTPR"]) expect([name, why(name)]).toEqual([name, "internal"]);
    for (const name of [
      "ORDNO",
      "CUSNM1",
      "STREET",
      "freightcost",
      "passenger_count",
      "compass",
      "pinned",
      "telescope",
      "discard",
      "CARCD",
      "hotel",
      "PLNDT",
      "tokyo",
      "costcenter_name",
    ]) {
      expect([name, why(name)]).toEqual([name, undefined]);
    }
  });
});
