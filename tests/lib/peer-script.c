/* The text of a scripted peer as steps, and the patterns and variables in them. No I/O.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "peer-script.h"

#include <string.h>

#define LINE_NUMBER "# line "

/* Those that end in a colon take the rest of the line as it is. */
static const char *const verb_names[] = {
  [PEER_VERB_SEND] = "S:",
  [PEER_VERB_SEND_RAW] = "S-raw:",
  [PEER_VERB_SEND_LOWER] = "S-lower:",
  [PEER_VERB_SEND_FILL] = "S-fill:",
  [PEER_VERB_SEND_FILE] = "S-file:",
  [PEER_VERB_SEND_LITERAL] = "S-literal",
  [PEER_VERB_EXPECT] = "C:",
  [PEER_VERB_EXPECT_REGEX] = "C~",
  [PEER_VERB_EXPECT_RAW] = "C-raw:",
  [PEER_VERB_EXPECT_BYTES] = "C-bytes:",
  [PEER_VERB_EXPECT_CLOSE] = "expect-close",
  [PEER_VERB_MAY_CLOSE] = "may-close",
  [PEER_VERB_TLS] = "tls",
  [PEER_VERB_NO_TLS] = "no-tls",
  [PEER_VERB_DEFLATE] = "deflate",
  [PEER_VERB_CERTIFICATE] = "certificate",
  [PEER_VERB_DELAY] = "delay",
  [PEER_VERB_CHUNK] = "chunk",
  [PEER_VERB_DRIP] = "drip",
  [PEER_VERB_REPEAT] = "repeat",
  [PEER_VERB_END] = "end",
  [PEER_VERB_CUT] = "cut",
  [PEER_VERB_FIN] = "fin",
  [PEER_VERB_RST] = "rst",
  [PEER_VERB_TLS_NO_CLOSE_NOTIFY] = "tls-no-close-notify",
  [PEER_VERB_STALL] = "stall",
  [PEER_VERB_SEND_BASE64] = "S-base64:",
  [PEER_VERB_EXPECT_BASE64] = "C-base64:",
  [PEER_VERB_OPTIONAL] = "optional",
};

struct _PeerVariables
{
  GHashTable *values; /* owned: utf8 number → utf8 */
  guint64 round;
};

static void
peer_step_free (PeerStep *step)
{
  g_free (step->source);
  g_free (step->argument);
  g_clear_pointer (&step->bytes, g_bytes_unref);
  g_free (step);
}

static gboolean
find_verb (const char *line, PeerVerb *out_verb, const char **out_argument)
{
  for (guint verb = 0; verb < G_N_ELEMENTS (verb_names); verb++)
    {
      const char *name = verb_names[verb];
      gsize length = strlen (name);

      if (g_str_has_prefix (line, name) &&
          (line[length] == '\0' || line[length] == ' ' || name[length - 1] == ':'))
        {
          *out_verb = (PeerVerb) verb;
          *out_argument = line + length + (line[length] == ' ' ? 1 : 0);
          return TRUE;
        }
    }

  return FALSE;
}

/* A step that is gone through a million times is not to be read a million times. */
static GBytes *
read_bytes (const PeerStep *step)
{
  if (strchr (step->argument, '$') != NULL)
    return NULL;
  if (step->verb == PEER_VERB_SEND_RAW)
    return peer_script_unescape (step->argument);
  if (step->verb == PEER_VERB_SEND)
    {
      char *line = g_strconcat (step->argument, "\r\n", NULL);

      return g_bytes_new_take (line, strlen (line));
    }

  return NULL;
}

static void
match_partners (GPtrArray *steps)
{
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < steps->len; i++)
    {
      PeerStep *step = g_ptr_array_index (steps, i);

      if (step->verb == PEER_VERB_REPEAT || step->verb == PEER_VERB_SEND_LITERAL)
        g_array_append_val (open, i);
      else if (step->verb == PEER_VERB_END)
        {
          PeerStep *first;

          if (open->len == 0)
            g_error ("script, line %u: end without repeat or S-literal", step->line);
          step->partner = g_array_index (open, guint, open->len - 1);
          first = g_ptr_array_index (steps, step->partner);
          first->partner = i;
          g_array_set_size (open, open->len - 1);
        }
    }

  if (open->len > 0)
    g_error ("script: repeat or S-literal without end");
}

GPtrArray *
peer_script_parse (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GPtrArray *steps = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_step_free);
  guint number = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strchug (lines[i]);
      const char *argument;
      PeerVerb verb;
      PeerStep *step;

      number++;
      if (g_str_has_prefix (line, LINE_NUMBER))
        number = (guint) g_ascii_strtoull (line + strlen (LINE_NUMBER), NULL, 10) - 1;
      if (line[0] == '\0' || line[0] == '#')
        continue;
      if (!find_verb (line, &verb, &argument))
        g_error ("script, line %u: this is no step: %s", number, line);

      step = g_new0 (PeerStep, 1);
      step->verb = verb;
      step->line = number;
      step->source = g_strdup (line);
      step->argument = g_strdup (argument);
      step->bytes = read_bytes (step);
      g_ptr_array_add (steps, step);
    }
  match_partners (steps);

  return steps;
}

PeerVariables *
peer_variables_new (void)
{
  PeerVariables *variables = g_new0 (PeerVariables, 1);

  variables->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return variables;
}

void
peer_variables_free (PeerVariables *variables)
{
  g_hash_table_unref (variables->values);
  g_free (variables);
}

void
peer_variables_set_round (PeerVariables *variables, guint64 round)
{
  variables->round = round;
}

/* Returns: (transfer full) (nullable): the number of the variable that starts here, "#" too. */
static char *
read_variable (const char *text)
{
  gsize length = strspn (text + 1, "0123456789");

  if (text[0] != '$')
    return NULL;
  if (text[1] == '#')
    return g_strdup ("#");

  return length > 0 ? g_strndup (text + 1, length) : NULL;
}

/* Returns: (transfer full) (nullable): NULL when it is not bound. */
static char *
dup_value (PeerVariables *variables, const char *name)
{
  if (name[0] == '#')
    return g_strdup_printf ("%" G_GUINT64_FORMAT, variables->round);

  return g_strdup (g_hash_table_lookup (variables->values, name));
}

char *
peer_variables_expand (PeerVariables *variables, const char *text)
{
  GString *result = g_string_new (NULL);

  while (*text != '\0')
    {
      g_autofree char *name = read_variable (text);
      g_autofree char *value = name != NULL ? dup_value (variables, name) : NULL;

      if (name == NULL)
        {
          g_string_append_c (result, *text++);
          continue;
        }
      if (value == NULL)
        g_error ("script: $%s is used before a C: line binds it", name);
      g_string_append (result, value);
      text += 1 + strlen (name);
    }

  return g_string_free (result, FALSE);
}

GBytes *
peer_script_unescape (const char *text)
{
  static const char from[] = "rnt\\";
  static const char to[] = "\r\n\t\\";
  GByteArray *result = g_byte_array_new ();

  for (; *text != '\0'; text++)
    {
      const char *escape = text[0] == '\\' && text[1] != '\0' ? strchr (from, text[1]) : NULL;
      guint8 byte = (guint8) *text;

      if (escape != NULL)
        {
          byte = (guint8) to[escape - from];
          text++;
        }
      else if (text[0] == '\\' && text[1] == 'x' && g_ascii_isxdigit (text[2]) &&
               g_ascii_isxdigit (text[3]))
        {
          byte = (guint8) (g_ascii_xdigit_value (text[2]) * 16 + g_ascii_xdigit_value (text[3]));
          text += 3;
        }
      g_byte_array_append (result, &byte, 1);
    }

  return g_byte_array_free_to_bytes (result);
}

/* The pattern of a C: or C~ line as a regular expression; adds the names that it will bind. */
static char *
build_expression (PeerVariables *variables, const PeerStep *step, GPtrArray *names)
{
  gboolean is_regex = step->verb == PEER_VERB_EXPECT_REGEX;
  GString *result = g_string_new ("^(?:");

  for (const char *text = step->argument; *text != '\0';)
    {
      g_autofree char *name = read_variable (text);
      g_autofree char *value = name != NULL ? dup_value (variables, name) : NULL;
      g_autofree char *quoted = g_regex_escape_string (value != NULL ? value : text,
                                                       value ? -1 : 1);

      if (name != NULL && value == NULL)
        {
          g_string_append_printf (result, "(?<v%s>[^ ]+)", name);
          g_ptr_array_add (names, g_strdup (name));
        }
      else if (name == NULL && is_regex)
        g_string_append_c (result, *text);
      else if (name == NULL && *text == '*')
        g_string_append (result, ".*");
      else
        g_string_append (result, quoted);
      text += name != NULL ? 1 + strlen (name) : 1;
    }

  return g_string_free (g_string_append (result, ")$"), FALSE);
}

gboolean
peer_variables_match (PeerVariables *variables,
                      const PeerStep *step,
                      const char *line,
                      gsize length)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *expression = build_expression (variables, step, names);
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GRegex) regex = g_regex_new (
      expression, G_REGEX_RAW | G_REGEX_DOTALL | G_REGEX_DOLLAR_ENDONLY, 0, &error);

  if (regex == NULL)
    g_error ("script, line %u: %s", step->line, error->message);
  if (!g_regex_match_full (regex, line, (gssize) length, 0, 0, &match, NULL))
    return FALSE;

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *group = g_strconcat ("v", name, NULL);

      g_hash_table_insert (variables->values, g_strdup (name),
                           g_match_info_fetch_named (match, group));
    }

  return TRUE;
}
