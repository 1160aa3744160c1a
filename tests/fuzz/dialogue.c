/* What goes back and forth on one connection, watched.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "dialogue.h"

#include "fuzz-lib.h"

typedef enum
{
  AFTER_COMMAND,
  IN_LITERAL, /* its head is written, and waits */
  IN_LOGIN,   /* AUTHENTICATE is written */
  IN_IDLE,
} Place;

struct _Dialogue
{
  DialogueFunc func;
  gpointer user;

  GString *plain;   /* owned: all from the client outside of TLS */
  GString *said;    /* owned: all from the server */
  GString *written; /* owned: from the client, since the last command's end */
  gsize head_size;  /* of what waits in written */
  Place place;
  char *prefix;    /* owned, nullable: what all tags begin with */
  char *place_tag; /* owned, nullable: of the command that the place is in */
  GQueue tags;     /* of char, owned: not taken by the server */
  char *taken_tag; /* owned, nullable */
  guint n_used_pluses;
};

Dialogue *
dialogue_new (DialogueFunc func, gpointer user)
{
  Dialogue *dialogue = g_new0 (Dialogue, 1);

  dialogue->func = func;
  dialogue->user = user;
  dialogue->plain = g_string_new (NULL);
  dialogue->said = g_string_new (NULL);
  dialogue->written = g_string_new (NULL);
  g_queue_init (&dialogue->tags);

  return dialogue;
}

void
dialogue_free (Dialogue *dialogue)
{
  g_string_free (dialogue->plain, TRUE);
  g_string_free (dialogue->said, TRUE);
  g_string_free (dialogue->written, TRUE);
  g_free (dialogue->prefix);
  g_free (dialogue->place_tag);
  g_free (dialogue->taken_tag);
  g_queue_clear_full (&dialogue->tags, g_free);
  g_free (dialogue);
}

void
dialogue_server_wrote (Dialogue *dialogue, const char *bytes, gsize size)
{
  g_string_append_len (dialogue->said, bytes, (gssize) size);
}

/* Lines that begin with "+": each lets the client go on once. What looks like one in a literal counts, too. */
static guint
count_pluses (Dialogue *dialogue)
{
  guint n = 0;

  for (gsize i = 0; i < dialogue->said->len; i++)
    n += dialogue->said->str[i] == '+' && (i == 0 || dialogue->said->str[i - 1] == '\n');

  return n;
}

static void
use_plus (Dialogue *dialogue)
{
  fuzz_demand (count_pluses (dialogue) > dialogue->n_used_pluses);
  dialogue->n_used_pluses++;
}

static const char *
find_tag (Dialogue *dialogue, const char *tag, gsize *at)
{
  const char *found = memmem (dialogue->said->str + *at, dialogue->said->len - *at, tag,
                              strlen (tag));

  if (found == NULL)
    return NULL;
  *at = (gsize) (found - dialogue->said->str) + strlen (tag);

  return dialogue->said->str + *at;
}

static gboolean
is_mentioned (Dialogue *dialogue, const char *tag)
{
  gsize at = 0;

  return find_tag (dialogue, tag, &at) != NULL;
}

gboolean
dialogue_is_refused (Dialogue *dialogue, const char *tag)
{
  const char *answer;
  gsize at = 0;

  while ((answer = find_tag (dialogue, tag, &at)) != NULL)
    {
      gsize n_spaces = strspn (answer, " ");

      if (!g_ascii_isdigit (*answer) && g_ascii_strncasecmp (answer + n_spaces, "OK", 2) != 0)
        return TRUE;
    }

  return FALSE;
}

static void
forget (Dialogue *dialogue, gsize size)
{
  g_string_erase (dialogue->written, 0, (gssize) size);
  dialogue->place = AFTER_COMMAND;
}

/* Whether a command begins at @at; FALSE in @out_is_known when there is too little to tell. */
static gboolean
begins_command (Dialogue *dialogue, gsize at, gboolean *out_is_known)
{
  gsize length = dialogue->prefix != NULL ? strlen (dialogue->prefix) : 0;
  gsize there = MIN (length, dialogue->written->len - at);
  gboolean is_like_one = memcmp (dialogue->written->str + at,
                                 dialogue->prefix != NULL ? dialogue->prefix : "", there) == 0;

  *out_is_known = there == length || !is_like_one;

  return is_like_one;
}

/* FALSE when more has to come. */
static gboolean
go_on_with_literal (Dialogue *dialogue)
{
  gboolean is_known;

  if (dialogue->written->len == dialogue->head_size)
    return FALSE;
  if (begins_command (dialogue, dialogue->head_size, &is_known) && is_known)
    {
      fuzz_demand (is_mentioned (dialogue, dialogue->place_tag));
      forget (dialogue, dialogue->head_size);
      return TRUE;
    }
  if (!is_known)
    return FALSE;
  use_plus (dialogue);
  dialogue->place = AFTER_COMMAND;

  return TRUE;
}

static gboolean
go_on_with_line (Dialogue *dialogue)
{
  gboolean is_idle = dialogue->place == IN_IDLE;
  g_autofree char *line = NULL;
  gboolean is_known;
  const char *end;

  if (dialogue->written->len == 0)
    return FALSE;
  if (begins_command (dialogue, 0, &is_known) && is_known)
    {
      fuzz_demand (!is_idle || is_mentioned (dialogue, dialogue->place_tag));
      dialogue->place = AFTER_COMMAND;
      return TRUE;
    }
  end = memmem (dialogue->written->str, dialogue->written->len, "\r\n", 2);
  if (!is_known || end == NULL)
    return FALSE;

  line = g_strndup (dialogue->written->str, (gsize) (end - dialogue->written->str));
  if (is_idle)
    fuzz_demand (g_str_equal (line, "DONE"));
  else
    fuzz_demand (
        g_str_equal (line, "*") ||
        strspn (line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") ==
            (gsize) (end - dialogue->written->str));
  use_plus (dialogue);
  g_string_erase (dialogue->written, 0, end + 2 - dialogue->written->str);
  if (is_idle)
    dialogue->place = AFTER_COMMAND;

  return dialogue->written->len > 0;
}

/* ENABLE was answered, or the server speaks of IMAP4rev2: strings may be UTF-8. */
static gboolean
allows_utf8 (Dialogue *dialogue)
{
  g_autofree char *lower = g_ascii_strdown (dialogue->said->str, -1);

  return memmem (dialogue->said->str, dialogue->said->len, "\0", 1) != NULL ||
         strstr (lower, "utf8=") != NULL || strstr (lower, "imap4rev2") != NULL;
}

static void
note_prefix (Dialogue *dialogue)
{
  if (dialogue->prefix == NULL)
    dialogue->prefix = g_strndup (dialogue->written->str,
                                  strcspn (dialogue->written->str, "0123456789 "));
}

static gboolean
go_on_with_command (Dialogue *dialogue, gboolean is_secure)
{
  GString *written = dialogue->written;
  g_autoptr (FuzzCommand) command = NULL;

  if (written->len == 0)
    return FALSE;
  command = fuzz_command_parse (written->str, written->len, allows_utf8 (dialogue));
  if (command == NULL && fuzz_command_waits (written->str, written->len))
    {
      note_prefix (dialogue);
      dialogue->place = IN_LITERAL;
      dialogue->head_size = written->len;
      g_free (dialogue->place_tag);
      dialogue->place_tag = g_strndup (written->str, strcspn (written->str, " "));
    }
  if (command == NULL)
    return FALSE;

  note_prefix (dialogue);
  fuzz_demand (g_str_has_prefix (command->tag, dialogue->prefix));
  g_queue_push_tail (&dialogue->tags, g_strdup (command->tag));
  dialogue->func (dialogue->user, command, written->str, is_secure);
  forget (dialogue, command->size);
  if (g_str_equal (command->name, "AUTHENTICATE"))
    dialogue->place = IN_LOGIN;
  else if (g_str_equal (command->name, "IDLE"))
    dialogue->place = IN_IDLE;
  g_free (dialogue->place_tag);
  dialogue->place_tag = g_strdup (command->tag);

  return TRUE;
}

static gboolean
go_on (Dialogue *dialogue, gboolean is_secure)
{
  switch (dialogue->place)
    {
    case IN_LITERAL:
      return go_on_with_literal (dialogue);
    case IN_LOGIN:
    case IN_IDLE:
      return go_on_with_line (dialogue);
    case AFTER_COMMAND:
    default:
      return go_on_with_command (dialogue, is_secure);
    }
}

void
dialogue_client_wrote (Dialogue *dialogue, const char *bytes, gsize size, gboolean is_secure)
{
  if (!is_secure)
    g_string_append_len (dialogue->plain, bytes, (gssize) size);
  g_string_append_len (dialogue->written, bytes, (gssize) size);
  while (go_on (dialogue, is_secure))
    continue;
}

const char *
dialogue_take_tag (Dialogue *dialogue)
{
  if (g_queue_is_empty (&dialogue->tags))
    return NULL;
  g_free (dialogue->taken_tag);
  dialogue->taken_tag = g_queue_pop_head (&dialogue->tags);

  return dialogue->taken_tag;
}

gboolean
dialogue_wants_continuation (Dialogue *dialogue)
{
  return dialogue->place == IN_LITERAL && dialogue->written->len == dialogue->head_size &&
         count_pluses (dialogue) == dialogue->n_used_pluses;
}

const GString *
dialogue_get_plain (Dialogue *dialogue)
{
  return dialogue->plain;
}
