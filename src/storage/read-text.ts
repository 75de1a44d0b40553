import { type AttributeFilter, type LogFilter, matchesAttributes } from '../log/log-query';
import type { Attributes } from '../log/log-record';
import { matchesText, type Term, type TextQuery } from '../log/text-query';
import { foldText } from '../log/words';
import type { OpenBlock, TextColumn } from './open-block';

/**
 * Finds the records of a block that a filter keeps. First a coarse look at each column as one text: it marks the records
 * that may hold what is asked for, most often none. Only those are then looked at one by one.
 */
export class RecordMatcher {
  private readonly attributes: readonly { filter: AttributeFilter; needles: readonly string[] }[];

  constructor(private readonly filter: LogFilter) {
    this.attributes = filter.attributes.map((each) => ({ filter: each, needles: needlesOf(each) }));
  }

  /** The records from `low` to before `high` that match, by their place in the block, ascending. */
  matches(block: OpenBlock, low: number, high: number): number[] {
    const places: number[] = [];
    const text = this.filter.text ?? [];
    if (text.length === 0 && this.attributes.length === 0) {
      for (let i = low; i < high; i++) places.push(i);
      return places;
    }
    const asked = this.askedOf(block, text, low, high);
    if (asked === null) return places;
    for (let i = low; i < high; i++) if (this.matchesOne(block, asked, text, i)) places.push(i);
    return places;
  }

  /** What may be where; null when something asked for is nowhere. */
  private askedOf(block: OpenBlock, text: TextQuery, low: number, high: number): Asked | null {
    const attributeMarks: Marks[] = [];
    for (const { needles } of this.attributes) {
      const column = block.attributesJson();
      const marks = new Marks(low, high);
      if (column !== null) for (const needle of needles) markVerbatim(marks, column, needle);
      if (marks.isEmpty) return null;
      attributeMarks.push(marks);
    }
    const termMarks: Marks[] = [];
    const folds = new Folds(low, high);
    for (const term of text) {
      const marks = holdersOf(term, block, folds);
      if (marks.isEmpty && !term.isExcluded) return null;
      termMarks.push(marks);
    }
    return { attributeMarks, termMarks };
  }

  private matchesOne(block: OpenBlock, asked: Asked, text: TextQuery, index: number): boolean {
    if (!asked.attributeMarks.every((marks) => marks.has(index))) return false;
    if (text.some((term, t) => !term.isExcluded && asked.termMarks[t]?.has(index) !== true)) return false;
    const open = text.filter((_, t) => asked.termMarks[t]?.has(index));
    const record = new LazyRecord(block, index);
    return (
      (this.attributes.length === 0 || matchesAttributes(this.filter.attributes, record.attributes)) &&
      (open.length === 0 || matchesText(open, record))
    );
  }
}

interface Asked {
  readonly attributeMarks: readonly Marks[];
  /** In the order of the query's terms. */
  readonly termMarks: readonly Marks[];
}

class LazyRecord {
  private parsed: Attributes | null = null;

  constructor(
    private readonly block: OpenBlock,
    private readonly index: number,
  ) {}

  get body(): string {
    return this.block.bodies().at(this.index);
  }

  get attributes(): Attributes {
    return (this.parsed ??= this.block.attributes(this.index));
  }
}

/** Records of a block, from `low` to before `high`, that may hold something. */
class Marks {
  private readonly marked: Uint8Array;
  isEmpty = true;

  constructor(
    readonly low: number,
    readonly high: number,
  ) {
    this.marked = new Uint8Array(high - low);
  }

  add(index: number): void {
    if (index < this.low || index >= this.high) return;
    this.marked[index - this.low] = 1;
    this.isEmpty = false;
  }

  has(index: number): boolean {
    return this.marked[index - this.low] === 1;
  }
}

/** Texts of columns folded one by one, from `low` to before `high`: once, however many words are looked for. */
class Folds {
  private readonly folded = new Map<TextColumn, readonly string[]>();

  constructor(
    readonly low: number,
    readonly high: number,
  ) {}

  of(column: TextColumn): readonly string[] {
    const known = this.folded.get(column);
    if (known !== undefined) return known;
    const folded = Array.from({ length: this.high - this.low }, (_, i) => foldText(column.at(this.low + i)));
    this.folded.set(column, folded);
    return folded;
  }
}

/** An attribute's JSON as it stands in the column: its value may have been text, a number or a boolean. */
function needlesOf({ name, values }: AttributeFilter): string[] {
  const key = `${JSON.stringify(name)}:`;
  return values.flatMap((value) => [key + JSON.stringify(value), key + value]);
}

function markVerbatim(marks: Marks, column: TextColumn, needle: string): void {
  markHits(marks, column, column.text, needle);
}

function markHits(marks: Marks, column: TextColumn, text: string, needle: string): void {
  let at = text.indexOf(needle, column.startOf(marks.low));
  while (at >= 0) {
    const index = column.indexAt(at);
    if (index >= marks.high) return;
    marks.add(index);
    at = text.indexOf(needle, column.startOf(index + 1));
  }
}

/** The records whose body or attributes contain the term's longest word, be it as part of another one. */
function holdersOf(term: Term, block: OpenBlock, folds: Folds): Marks {
  const word = term.words.reduce((longest, other) => (other.length > longest.length ? other : longest), '');
  const marks = new Marks(folds.low, folds.high);
  markFolded(marks, block.bodies(), word, folds, (text) => text.includes('\u001b'));
  const json = block.attributesJson();
  if (json !== null) markFolded(marks, json, word, folds, (text) => text.includes('\\u001b'));
  return marks;
}

/**
 * A column of ASCII is looked through as one text. Elsewhere folding could join the end of one text to the beginning
 * of the next, and an ANSI sequence could part a word: there the records are folded one by one, or all marked.
 */
function markFolded(
  marks: Marks,
  column: TextColumn,
  word: string,
  folds: Folds,
  hasAnsi: (text: string) => boolean,
): void {
  if (hasAnsi(column.text)) {
    for (let i = marks.low; i < marks.high; i++) marks.add(i);
  } else if (column.isAscii) {
    markHits(marks, column, column.lowerCaseText, word);
  } else {
    folds.of(column).forEach((folded, i) => {
      if (folded.includes(word)) marks.add(marks.low + i);
    });
  }
}
