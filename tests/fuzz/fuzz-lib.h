/* What the fuzzers' entries share: how they complain, and how they read choices out of their input.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* The input, taken from its beginning. Behind its end everything is zero, so that every input is one. */
typedef struct
{
  const guint8 *data;
  gsize size;
} FuzzInput;

#define fuzz_demand(holds) fuzz_demand_at ((holds), #holds, __FILE__, __LINE__)

static inline void
fuzz_demand_at (gboolean holds, const char *what, const char *file, int line)
{
  if (holds)
    return;

  g_printerr ("%s:%d: does not hold: %s\n", file, line, what);
  g_abort ();
}

static inline guint8
fuzz_take_byte (FuzzInput *input)
{
  if (input->size == 0)
    return 0;

  input->size--;

  return *input->data++;
}

/* All that is left, in memory of its own, so that a sanitizer sees what reads beyond it. A NUL follows
 * that does not count. */
static inline char *
fuzz_take_rest (FuzzInput *input, gsize *out_length)
{
  char *text = g_malloc (input->size + 1);

  if (input->size > 0)
    memcpy (text, input->data, input->size);
  text[input->size] = '\0';
  *out_length = input->size;
  input->data += input->size;
  input->size = 0;

  return text;
}

/* Up to the next line feed, or the end: without it, as a string that ends at its first NUL. */
static inline char *
fuzz_take_line (FuzzInput *input)
{
  const guint8 *end = input->size > 0 ? memchr (input->data, '\n', input->size) : NULL;
  gsize length = end != NULL ? (gsize) (end - input->data) : input->size;
  char *line = g_strndup ((const char *) input->data, length);

  input->data += length + (end != NULL);
  input->size -= length + (end != NULL);

  return line;
}
