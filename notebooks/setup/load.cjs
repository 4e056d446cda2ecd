// Separate from begin.cjs, because Node before 13 cannot even parse an import().
import("./main.js").then((main) => main.run(process.argv.slice(2)));
