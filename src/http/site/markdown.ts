/** Turns one guide's Markdown into a page's parts: title, lead, contents and escaped HTML. */

import { Marked, type Tokens } from "marked";
import { escapeHtml, highlight } from "./highlight.ts";

export interface Heading {
  readonly id: string;
  readonly text: string;
  readonly depth: number;
}

export interface MarkdownPage {
  /** Text of the first heading. */
  readonly title: string;
  /** Text of the first paragraph, for lists and the page's description. */
  readonly lead: string;
  readonly headings: readonly Heading[];
  /** Everything below the title. */
  readonly html: string;
}

/**
 * Raw HTML in the source is shown, not obeyed. `{{name}}` is replaced by the escaped value after rendering, so a value
 * can neither bring markup nor Markdown; use placeholders in text and code, not in link targets. Links to other `.md`
 * files, seen from `folder` of `docs/`, lead to their pages.
 */
export function renderMarkdown(source: string, values: Readonly<Record<string, string>>, folder: string): MarkdownPage {
  const headings: Heading[] = [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        const id = slugOf(text);
        const label = plain(text);
        if (depth === 2 || depth === 3) headings.push({ id, text: fillText(label, values), depth });
        const anchor = `<a class="anchor" href="#${id}" aria-label="Link to: ${escapeHtml(label)}">#</a>`;
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}${anchor}</h${depth}>\n`;
      },
      code({ text, lang }: Tokens.Code) {
        return codeBlock(text, lang ?? "");
      },
      link({ href, tokens }: Tokens.Link) {
        return `<a href="${escapeHtml(pageAddress(href, folder))}">${this.parser.parseInline(tokens)}</a>`;
      },
      html({ text }: Tokens.HTML | Tokens.Tag) {
        return escapeHtml(text);
      },
    },
  });
  const tokens = marked.lexer(source);
  const title = tokens.find((token) => token.type === "heading");
  const leadToken = tokens.find((token) => token.type === "paragraph");
  if (title === undefined) throw new Error("A guide begins with a heading, its title");
  const html = marked.parser(tokens.filter((token) => token !== title));
  return {
    title: fillText(plain(textOf(title)), values),
    lead: leadToken === undefined ? "" : fillText(plain(textOf(leadToken)), values),
    headings,
    html: fillHtml(html.replaceAll("<table>", '<div class="scroll" tabindex="0"><table>').replaceAll("</table>", "</table></div>"), values),
  };
}

/** One line of Markdown (code, emphasis) as HTML. */
export function renderInline(source: string): string {
  const marked = new Marked({ renderer: { html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text) } });
  return marked.parseInline(source, { async: false });
}

/** A block of code that keyboards can scroll. */
export function codeBlock(code: string, language: string): string {
  const name = language === "" ? "Example" : `Example, ${language}`;
  return `<pre tabindex="0" role="region" aria-label="${escapeHtml(name)}"><code>${highlight(code, language)}</code></pre>\n`;
}

/** `conversions.md#date` is `/docs/wrapping/conversions#date`, and a folder's `README.md` its index. Other links stay as they are. */
function pageAddress(href: string, folder: string): string {
  const [file = "", anchor] = href.split("#");
  if (!file.endsWith(".md")) return href;
  const path = new URL(file, `file:///docs/${folder}/`).pathname.replace(/(?:\/README)?\.md$/, "");
  return anchor === undefined ? path : `${path}#${anchor}`;
}

function textOf(token: object): string {
  return "text" in token && typeof token.text === "string" ? token.text : "";
}

/** Markdown's text without its marks: enough for headings and leads, which hold code and emphasis only. */
function plain(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[`*]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

function slugOf(text: string): string {
  return plain(text)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function fillText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}

function fillHtml(html: string, values: Readonly<Record<string, string>>): string {
  return html.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => escapeHtml(values[name] ?? placeholder));
}
