// The entry of every npm script. Written in the oldest syntax, so that any Node can parse it and an old one gets a
// sentence instead of a syntax error.
var version = process.versions.node.split(".").map(Number);
var major = version[0];
var minor = version[1];
var fits = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
var refusal =
  "This project needs Node 20.19 or newer (of Node 22: 22.12 or newer), and this is Node " +
  process.versions.node +
  ": install a newer one from https://nodejs.org and run the command again.";
if (fits) {
  require("./load.cjs");
} else {
  console.error(refusal);
  process.exit(1);
}
