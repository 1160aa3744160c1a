/* A file of the hostile suite as its parts: what is set, what the client does, what the peer does.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "script-file.h"

#include <gio/gio.h>
#include <string.h>

#define END_OF_HEAD "---"
#define NEXT_CONNECTION "=== connection"
#define EACH_MARK "%each%"
/* Of the use lines, that no script has itself. */
#define FIRST_VARIABLE 1000

static const char *const over_names[] = { "plain", "starttls", "tls" };
static const char *const chunk_names[] = { "one", "whole", "random" };

/* The classes of memory: a is before the login, b after it, c beside what was delivered. */
static const struct
{
  const char *name;
  gint64 size;
  gboolean with_payload;
} memory_classes[] = {
  { "a", 1024 * 1024, FALSE },
  { "b", 8 * 1024 * 1024, FALSE },
  { "c", 8 * 1024 * 1024, TRUE },
};

/* Where the parser is. */
typedef struct
{
  ScriptFile *file;
  guint line;
  GStrvBuilder *settings;
  GStrvBuilder *never_sent;
} Head;

static void
script_call_free (ScriptCall *call)
{
  g_free (call->call);
  g_strfreev (call->codes);
  g_clear_pointer (&call->regex, g_regex_unref);
  g_free (call);
}

static void
script_each_free (ScriptEach *each)
{
  g_free (each->name);
  g_free (each->text);
  g_free (each);
}

void
script_file_free (ScriptFile *file)
{
  g_free (file->path);
  g_free (file->name);
  g_strfreev (file->settings);
  g_strfreev (file->never_sent);
  g_ptr_array_unref (file->calls);
  g_ptr_array_unref (file->eachs);
  g_ptr_array_unref (file->connections);
  g_free (file);
}

static guint
find_name (const char *const *names, guint n_names, const char *name)
{
  for (guint i = 0; i < n_names; i++)
    if (g_str_equal (names[i], name))
      return 1u << i;

  return 0;
}

ScriptOver
script_over_from_name (const char *name)
{
  return (ScriptOver) find_name (over_names, G_N_ELEMENTS (over_names), name);
}

ScriptChunk
script_chunk_from_name (const char *name)
{
  return (ScriptChunk) find_name (chunk_names, G_N_ELEMENTS (chunk_names), name);
}

const char *
script_over_get_name (ScriptOver over)
{
  return over_names[g_bit_nth_lsf (over, -1)];
}

const char *
script_chunk_get_name (ScriptChunk chunk)
{
  return chunk_names[g_bit_nth_lsf (chunk, -1)];
}

static gboolean
fail (const Head *head, GError **error, const char *what, const char *text)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s, line %u: %s: %s", head->file->path,
               head->line, what, text);

  return FALSE;
}

static gboolean
read_names (Head *head,
            const char *text,
            const char *const *names,
            guint n_names,
            guint *out_set,
            GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  *out_set = 0;
  for (guint i = 0; words[i] != NULL; i++)
    {
      guint found = find_name (names, n_names, words[i]);

      if (found == 0)
        return fail (head, error, "this is not known", words[i]);
      *out_set |= found;
    }

  return TRUE;
}

/* The output may be left out: ok. */
static gboolean
read_call (Head *head, const char *text, GError **error)
{
  ScriptCall *call = g_new0 (ScriptCall, 1);
  const char *arrow = g_strrstr (text, " => ");
  g_autofree char *wanted = g_strdup (arrow != NULL ? arrow + strlen (" => ") : "ok");
  char *pattern = strstr (wanted, " ~ ");

  g_ptr_array_add (head->file->calls, call);
  call->line = head->line;
  call->call = g_strstrip (arrow != NULL ? g_strndup (text, (gsize) (arrow - text)) :
                                           g_strdup (text));
  if (pattern != NULL)
    {
      call->regex = g_regex_new (g_strstrip (pattern + strlen (" ~ ")), G_REGEX_DOTALL, 0, error);
      *pattern = '\0';
      if (call->regex == NULL)
        return FALSE;
    }
  call->codes = g_strsplit (g_strstrip (wanted), "|", -1);

  return TRUE;
}

static gboolean
read_setting (Head *head, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 2);

  if (words[0] == NULL || words[1] == NULL)
    return fail (head, error, "set: NAME VALUE", text);
  g_strv_builder_add_many (head->settings, words[0], g_strchug (words[1]), NULL);

  return TRUE;
}

static gboolean
read_each (Head *head, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 2);
  ScriptEach *each;

  if (words[0] == NULL || words[1] == NULL)
    return fail (head, error, "each: NAME TEXT", text);
  each = g_new0 (ScriptEach, 1);
  each->name = g_strdup (words[0]);
  each->text = g_strdup (g_strchug (words[1]));
  g_ptr_array_add (head->file->eachs, each);

  return TRUE;
}

/* A number with K or M; FALSE when it is none. */
static gboolean
read_size (const char *text, gint64 *out_size)
{
  char *end;
  guint64 number = g_ascii_strtoull (text, &end, 10);

  if (end == text || (*end != '\0' && (strchr ("KM", *end) == NULL || end[1] != '\0')))
    return FALSE;
  *out_size = (gint64) number * (*end == 'M' ? 1024 * 1024 : *end == 'K' ? 1024 : 1);

  return TRUE;
}

/* A class, or a number with K or M. */
static gboolean
read_memory (Head *head, const char *text, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (memory_classes); i++)
    if (g_str_equal (text, memory_classes[i].name))
      {
        head->file->memory = memory_classes[i].size;
        head->file->memory_with_payload = memory_classes[i].with_payload;
        return TRUE;
      }

  return read_size (text, &head->file->memory) ||
         fail (head, error, "memory: a, b, c, or a number with K or M", text);
}

static gboolean
read_deadline (Head *head, const char *text, GError **error)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT, &number, error))
    return FALSE;
  head->file->deadline = (guint) number;

  return TRUE;
}

static gboolean
read_head_line (Head *head, const char *line, GError **error)
{
  const char *colon = strchr (line, ':');
  g_autofree char *key = colon != NULL ? g_strndup (line, (gsize) (colon - line)) : NULL;
  g_autofree char *value = colon != NULL ? g_strstrip (g_strdup (colon + 1)) : NULL;
  ScriptFile *file = head->file;

  if (key == NULL)
    return fail (head, error, "this is no line of a head", line);
  if (g_str_equal (key, "over"))
    return read_names (head, value, over_names, G_N_ELEMENTS (over_names), &file->over, error);
  if (g_str_equal (key, "chunks"))
    return read_names (head, value, chunk_names, G_N_ELEMENTS (chunk_names), &file->chunks, error);
  if (g_str_equal (key, "set"))
    return read_setting (head, value, error);
  if (g_str_equal (key, "memory"))
    return read_memory (head, value, error);
  if (g_str_equal (key, "needs"))
    return read_size (value, &file->needs) ||
           fail (head, error, "needs: a number with K or M", value);
  if (g_str_equal (key, "do"))
    return read_call (head, value, error);
  if (g_str_equal (key, "each"))
    return read_each (head, value, error);
  if (g_str_equal (key, "deadline"))
    return read_deadline (head, value, error);
  if (g_str_equal (key, "never-sent"))
    {
      g_strv_builder_add (head->never_sent, value);
      return TRUE;
    }

  return fail (head, error, "this is no line of a head", line);
}

static void
begin_connection (ScriptFile *file, GString *script, guint line)
{
  if (script->len > 0)
    g_ptr_array_add (file->connections, g_strdup (script->str));
  g_string_printf (script, "# line %u\n", line);
}

static gboolean
read_lines (Head *head, char **lines, GError **error)
{
  g_autoptr (GString) script = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *line = g_strchomp (g_strdup (lines[i]));

      head->line = i + 1;
      if (g_str_equal (line, END_OF_HEAD) || g_str_equal (line, NEXT_CONNECTION))
        begin_connection (head->file, script, i + 2);
      else if (script->len > 0)
        g_string_append_printf (script, "%s\n", lines[i]);
      else if (line[0] != '\0' && line[0] != '#' && !read_head_line (head, line, error))
        return FALSE;
    }
  begin_connection (head->file, script, 0);

  if (head->file->connections->len == 0)
    return fail (head, error, "the script has no", END_OF_HEAD);
  if (head->file->calls->len == 0)
    return fail (head, error, "the script has no", "do:");

  return TRUE;
}

ScriptFile *
script_file_parse (const char *path, const char *text, GError **error)
{
  g_autoptr (ScriptFile) file = g_new0 (ScriptFile, 1);
  g_autoptr (GStrvBuilder) settings = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) never_sent = g_strv_builder_new ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  Head head = { file, 0, settings, never_sent };
  gboolean is_script;

  file->path = g_strdup (path);
  file->name = g_path_get_basename (path);
  if (g_str_has_suffix (file->name, ".script"))
    file->name[strlen (file->name) - strlen (".script")] = '\0';
  file->over = SCRIPT_OVER_PLAIN | SCRIPT_OVER_STARTTLS | SCRIPT_OVER_TLS;
  file->chunks = SCRIPT_CHUNK_ONE | SCRIPT_CHUNK_WHOLE | SCRIPT_CHUNK_RANDOM;
  file->memory = -1;
  file->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) script_call_free);
  file->eachs = g_ptr_array_new_with_free_func ((GDestroyNotify) script_each_free);
  file->connections = g_ptr_array_new_with_free_func (g_free);

  is_script = read_lines (&head, lines, error);
  file->settings = g_strv_builder_end (settings);
  file->never_sent = g_strv_builder_end (never_sent);

  return is_script ? g_steal_pointer (&file) : NULL;
}

ScriptFile *
script_file_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;

  return script_file_parse (path, text, error);
}

/* How the connection comes to the point where the client may log in. */
static const char *
get_opening (ScriptOver over)
{
  switch (over)
    {
    case SCRIPT_OVER_STARTTLS:
      return "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hello\n"
             "C: $91 STARTTLS\n"
             "S: $91 OK begin\n"
             "tls\n"
             "C: $92 CAPABILITY\n"
             "S: * CAPABILITY IMAP4rev1 %s\n"
             "S: $92 OK\n";
    case SCRIPT_OVER_TLS:
    case SCRIPT_OVER_PLAIN:
    default:
      return "S: * OK [CAPABILITY IMAP4rev1 %s] hello\n";
    }
}

/* What stands before the handshake. */
static void
append_unsecured (GString *script, ScriptOver over)
{
  if (over == SCRIPT_OVER_STARTTLS)
    g_string_append (script, "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hello\n"
                             "C: $95 STARTTLS\n"
                             "S: $95 OK begin\n"
                             "tls\n");
}

static void
append_opening (GString *script, ScriptOver over, const char *capabilities)
{
  g_auto (GStrv) halves = g_strsplit (get_opening (over), "%s", 2);

  g_string_append_printf (script, "%s%s%s", halves[0], capabilities, halves[1]);
}

static void
append_login (GString *script, ScriptOver over, const char *capabilities)
{
  append_opening (script, over, "SASL-IR AUTH=PLAIN");
  g_string_append_printf (script,
                          "C: $93 AUTHENTICATE PLAIN *\n"
                          "S: $93 OK [CAPABILITY IMAP4rev1%s%s] in\n",
                          capabilities[0] != '\0' ? " " : "", capabilities);
}

static void
append_select (GString *script, const char *count, guint variable)
{
  g_string_append_printf (script,
                          "C: $%u SELECT *\n"
                          "S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\n"
                          "S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft "
                          "\\*)] .\n"
                          "S: * %s EXISTS\n"
                          "S: * OK [UIDVALIDITY 7] .\n"
                          "S: * OK [UIDNEXT 100000] .\n"
                          "S: $%u OK [READ-WRITE] selected\n",
                          variable, count[0] != '\0' ? count : "3", variable);
}

static gboolean
append_use (GString *script, ScriptOver over, const char *what, guint line, GError **error)
{
  g_auto (GStrv) words = g_strsplit (what, " ", 2);
  const char *rest = words[0] != NULL && words[1] != NULL ? words[1] : "";

  if (g_strcmp0 (words[0], "login") == 0)
    append_login (script, over, rest);
  else if (g_strcmp0 (words[0], "greeting") == 0)
    append_opening (script, over, rest);
  else if (g_strcmp0 (words[0], "unsecured") == 0)
    append_unsecured (script, over);
  else if (g_strcmp0 (words[0], "select") == 0)
    append_select (script, rest, FIRST_VARIABLE + line);
  else
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "use unsecured, greeting, login or select, not “%s”", what);
      return FALSE;
    }

  return TRUE;
}

char *
script_each_expand (const ScriptEach *each, const char *text)
{
  g_autoptr (GString) result = g_string_new (text);

  if (each != NULL)
    g_string_replace (result, EACH_MARK, each->text, 0);

  return g_string_free (g_steal_pointer (&result), FALSE);
}

static char *
expand_connection (const char *text, ScriptOver over, const ScriptEach *each, GError **error)
{
  g_autofree char *expanded = script_each_expand (each, text);
  g_auto (GStrv) lines = g_strsplit (expanded, "\n", -1);
  g_autoptr (GString) script = g_string_new (NULL);
  guint number = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strchug (lines[i]);

      if (g_str_has_prefix (line, "# line "))
        number = (guint) g_ascii_strtoull (line + strlen ("# line "), NULL, 10) - 1;
      if (!g_str_has_prefix (line, "use "))
        g_string_append_printf (script, "%s\n", line);
      else if (append_use (script, over, line + strlen ("use "), number, error))
        g_string_append_printf (script, "# line %u\n", number + 1);
      else
        return NULL;
      number++;
    }

  return g_string_free (g_steal_pointer (&script), FALSE);
}

char **
script_file_expand (const ScriptFile *file, ScriptOver over, const ScriptEach *each, GError **error)
{
  g_autoptr (GStrvBuilder) scripts = g_strv_builder_new ();

  for (guint i = 0; i < file->connections->len; i++)
    {
      const char *text = g_ptr_array_index (file->connections, i);
      g_autofree char *script = expand_connection (text, over, each, error);

      if (script == NULL)
        return NULL;
      g_strv_builder_add (scripts, script);
    }

  return g_strv_builder_end (scripts);
}
