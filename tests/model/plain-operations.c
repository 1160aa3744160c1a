/* What the plain client does: commands written by hand, of which only the tagged answer counts.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "client.h"

#include <string.h>

static Outcome
judge_result (Client *client, PlainResult result, const char *command)
{
  switch (result)
    {
    case PLAIN_OK:
      return OUTCOME_DONE;
    case PLAIN_NOT_SENT:
      break;
    case PLAIN_LOST:
      client->plain_selected = -1;
      return OUTCOME_UNKNOWN;
    default:
      if (strstr (plain_client_get_answer (client->plain), "[SERVERBUG]") != NULL)
        {
          g_atomic_int_inc (&client->world->n_server_faults);
          return OUTCOME_UNKNOWN;
        }
      client_report (client, g_strdup_printf ("plain client: %s: %s", command,
                                              plain_client_get_answer (client->plain)));
      break;
    }
  client->plain_selected = -1;

  return OUTCOME_NOT_DONE;
}

static Outcome
judge (Client *client, PlainResult result, const char *command)
{
  Outcome outcome = judge_result (client, result, command);

  client_note (client, command, outcome, plain_client_get_answer (client->plain));

  return outcome;
}

static Outcome
select_box (Client *client, guint box)
{
  g_autofree char *command = g_strconcat ("SELECT ", model_boxes[box].wire, NULL);
  Outcome outcome = judge (client, plain_client_run (client->plain, command, NULL), command);

  if (outcome == OUTCOME_DONE)
    client->plain_selected = (int) box;

  return outcome == OUTCOME_DONE ? OUTCOME_DONE : OUTCOME_NOT_DONE;
}

/* In the selected box, selected again after a cut. */
static Outcome
run (Client *client, const char *command)
{
  if (client->plain_selected != client->selected &&
      select_box (client, (guint) client->selected) != OUTCOME_DONE)
    return OUTCOME_NOT_DONE;

  return judge (client, plain_client_run (client->plain, command, NULL), command);
}

static char *
write_uids (GArray *uids)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < uids->len; i++)
    g_string_append_printf (text, "%s%u", i > 0 ? "," : "", g_array_index (uids, guint32, i));

  return g_string_free (text, FALSE);
}

static char *
write_flags (guint flags)
{
  GString *text = g_string_new ("(");

  for (guint i = 0; i < MODEL_N_FLAGS; i++)
    if (flags & (1u << i))
      g_string_append_printf (text, "%s%s", text->len > 1 ? " " : "", model_flag_names[i]);
  g_string_append_c (text, ')');

  return g_string_free (text, FALSE);
}

static Outcome
append (Client *client, guint box, guint number, guint flags, GArray *placed)
{
  g_autofree char *list = write_flags (flags);
  g_autofree char *command = g_strdup_printf ("APPEND %s %s", model_boxes[box].wire, list);
  g_autoptr (GBytes) mail = model_make_mail (client->index, number);

  return judge (client, plain_client_run (client->plain, command, mail), command);
}

static Outcome
copy (Client *client, GArray *uids, guint box, gboolean is_move, GArray *placed)
{
  g_autofree char *list = write_uids (uids);
  g_autofree char *command = g_strdup_printf ("UID %s %s %s", is_move ? "MOVE" : "COPY", list,
                                              model_boxes[box].wire);

  return run (client, command);
}

static Outcome
store (Client *client, GArray *uids, guint flags, gboolean is_added)
{
  g_autofree char *list = write_uids (uids);
  g_autofree char *names = write_flags (flags);
  g_autofree char *command = g_strdup_printf ("UID STORE %s %cFLAGS %s", list, is_added ? '+' : '-',
                                              names);

  return run (client, command);
}

static Outcome
expunge (Client *client, GArray *uids)
{
  g_autofree char *list = uids != NULL ? write_uids (uids) : NULL;
  g_autofree char *command = list != NULL ? g_strconcat ("UID EXPUNGE ", list, NULL) :
                                            g_strdup ("EXPUNGE");

  return run (client, command);
}

static Outcome
search (Client *client, guint number, GArray *found)
{
  g_autofree char *id = model_make_message_id (client->index, number);
  g_autofree char *command = g_strdup_printf ("UID SEARCH HEADER MESSAGE-ID %s", id);
  Outcome outcome = run (client, command);

  for (guint i = 0; outcome == OUTCOME_DONE && i < client->plain->lines->len; i++)
    {
      const char *line = g_ptr_array_index (client->plain->lines, i);

      if (g_str_has_prefix (line, "* SEARCH"))
        {
          g_auto (GStrv) words = g_strsplit (line + strlen ("* SEARCH"), " ", -1);

          for (guint j = 0; words[j] != NULL; j++)
            {
              guint32 uid = (guint32) g_ascii_strtoull (words[j], NULL, 10);

              if (uid != 0)
                g_array_append_val (found, uid);
            }
        }
    }

  return outcome == OUTCOME_DONE ? OUTCOME_DONE : OUTCOME_NOT_DONE;
}

static Outcome
read_mail (Client *client, const ModelItem *item)
{
  g_autofree char *command = g_strdup_printf ("UID FETCH %u (FLAGS BODY.PEEK[])", item->uid);

  return run (client, command) == OUTCOME_DONE ? OUTCOME_DONE : OUTCOME_NOT_DONE;
}

const ClientClass plain_client_class = {
  .select = select_box,
  .append = append,
  .copy = copy,
  .store = store,
  .expunge = expunge,
  .search = search,
  .read = read_mail,
};
