import ts from "typescript";

/**
 * A change of one place in a source file that a test should notice. `place` is its line with the change marked: it tells
 * the same place again after other lines have come and gone.
 * @typedef {{ file: string, line: number, start: number, end: number, after: string, place: string }} Mutation
 */

const otherOperator = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "&&": "||",
  "||": "&&",
  "??": "&&",
  "<<": ">>",
  ">>>": "<<",
  "&": "|",
  "|": "&",
  "+=": "-=",
  "-=": "+=",
  "*=": "/=",
};
const otherCall = {
  "Math.min": "Math.max",
  "Math.max": "Math.min",
  "Math.floor": "Math.ceil",
  "Math.ceil": "Math.floor",
  "Math.round": "Math.floor",
};

/**
 * All mutations of a source file: operators are replaced by similar ones, conditions negated, numbers raised, true and
 * false exchanged, and statements that only call are removed. Types, imports and the texts of errors are not changed.
 * @param {string} file @param {string} text
 * @returns {Mutation[]}
 */
export function mutationsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  /** @type {Mutation[]} */
  const found = [];
  /** @param {ts.Node} node @param {string} after */
  const add = (node, after) => {
    const start = node.getStart(source);
    const { line } = source.getLineAndCharacterOfPosition(start);
    const end = node.getEnd();
    found.push({ file, line: line + 1, start, end, after, place: marked(text, start, end, after) });
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (ts.isImportDeclaration(node) || ts.isThrowStatement(node)) return;
    if (ts.isBinaryExpression(node)) {
      const other = otherOperator[node.operatorToken.getText(source)];
      if (other !== undefined) add(node.operatorToken, other);
    } else if (ts.isNumericLiteral(node)) {
      add(node, String(Number(node.text.replaceAll("_", "")) + 1));
    } else if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, "false");
    else if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, "true");
    else if (ts.isConditionalExpression(node)) add(node.condition, `!(${node.condition.getText(source)})`);
    else if (ts.isIfStatement(node)) add(node.expression, `!(${node.expression.getText(source)})`);
    else if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) {
      if (node.expression.expression.kind !== ts.SyntaxKind.SuperKeyword) add(node, ";");
    } else if (ts.isPropertyAccessExpression(node)) {
      const other = otherCall[node.getText(source)];
      if (other !== undefined) add(node, other);
    }
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

/** The line of a change, with the change marked in it. @param {string} text @param {number} start @param {number} end @param {string} after */
export function marked(text, start, end, after) {
  const behind = text.indexOf("\n", end);
  const line = [
    text.slice(text.lastIndexOf("\n", start - 1) + 1, start),
    `⟦${text.slice(start, end)} → ${after}⟧`,
    text.slice(end, behind < 0 ? undefined : behind),
  ];
  return line.join("").replace(/\s+/g, " ").trim();
}

/**
 * A sample that is the same for the same seed. @template Item
 * @param {readonly Item[]} items @param {number} count @param {number} seed
 * @returns {Item[]}
 */
export function sampled(items, count, seed) {
  const left = [...items];
  let state = seed >>> 0;
  const chosen = [];
  while (chosen.length < count && left.length > 0) {
    // mulberry32 by Tommy Ettinger
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    const index = Math.floor((((word ^ (word >>> 14)) >>> 0) / 4294967296) * left.length);
    chosen.push(...left.splice(index, 1));
  }
  return chosen;
}
