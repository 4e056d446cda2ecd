/* Puts words from standard input (32 bits each, little-endian) through a battery of TestU01 (L'Ecuyer & Simard 2007)
   and prints a line for each statistic: its p-value and its name, and at last the number of words read.

       battery SmallCrush|SmallCrushReversed|Rabbit|Alphabit */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bbattery.h>
#include <swrite.h>
#include <unif01.h>

static unsigned int words[65536];
static size_t at = 0, length = 0;
static unsigned long long taken = 0;

static unsigned int next(void) {
  if (at == length) {
    length = fread(words, sizeof words[0], sizeof words / sizeof words[0], stdin);
    at = 0;
    if (length == 0) {
      fprintf(stderr, "the words ended after %llu\n", taken);
      exit(1);
    }
  }
  taken++;
  return words[at++];
}

/* TestU01 looks at the high bits most. */
static unsigned int reversed(void) {
  unsigned int word = next(), turned = 0;
  for (int bit = 0; bit < 32; bit++) turned |= ((word >> bit) & 1u) << (31 - bit);
  return turned;
}

int main(int count, char **arguments) {
  const char *battery = count == 2 ? arguments[1] : "";
  const double bits = 1073741824.0; /* 2^30 */
  swrite_Basic = FALSE;
  /* the batteries' reports go to standard output, the result to standard error */
  if (strcmp(battery, "SmallCrush") == 0) bbattery_SmallCrush(unif01_CreateExternGenBits("words", next));
  else if (strcmp(battery, "SmallCrushReversed") == 0) bbattery_SmallCrush(unif01_CreateExternGenBits("words", reversed));
  else if (strcmp(battery, "Rabbit") == 0) bbattery_Rabbit(unif01_CreateExternGenBits("words", next), bits);
  else if (strcmp(battery, "Alphabit") == 0) bbattery_Alphabit(unif01_CreateExternGenBits("words", next), bits, 0, 32);
  else {
    fprintf(stderr, "battery: must be SmallCrush, SmallCrushReversed, Rabbit or Alphabit, not \"%s\"\n", battery);
    return 2;
  }
  for (int i = 0; i < bbattery_NTests; i++) fprintf(stderr, "%.17g %s\n", bbattery_pVal[i], bbattery_TestNames[i]);
  fprintf(stderr, "words %llu\n", taken);
  return 0;
}
