/* Mails handed out one by one: each once, in bounded memory, and to be left at any time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/gimap4d.h"

#include "scripted-peer.h"

#include <string.h>

#define HEAD                                                                                       \
  "S: * OK [CAPABILITY IMAP4rev1 ESEARCH] hello\n"                                                 \
  "C: $1 LOGIN \"me\" \"secret\"\n"                                                                \
  "S: $1 OK [CAPABILITY IMAP4rev1 ESEARCH] in\n"                                                   \
  "C: $2 SELECT \"INBOX\"\n"                                                                       \
  "S: * 2000 EXISTS\nS: * OK [UIDVALIDITY 5] ok\n"                                                 \
  "S: $2 OK selected\n"
#define ITEMS "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"
#define MAIL(number)                                                                               \
  "S: * " number " FETCH (UID " number " FLAGS () RFC822.SIZE 9 BODY[] {9}\n"                      \
  "S-raw: A: b\\r\\n\\r\\nc)\\r\\n\n"

static GImapTransporter *
connect_to (ScriptedPeer *peer)
{
  GImapTransporter *transporter = g_object_new (
      G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port", (guint) scripted_peer_get_port (peer),
      "user", "me", "password", "secret", "accept-unsecure-connection", TRUE, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GImapBoxInfo) info = g_imap_transporter_select_box (
      transporter, "INBOX", G_IMAP_BOX_STATE_WRITABLE, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (info);

  return transporter;
}

static void
assert_alive (GImapTransporter *transporter)
{
  g_autoptr (GImapStatus) status = g_imap_transporter_check_connection (transporter, NULL, NULL);

  g_assert_true (g_imap_status_get_success (status));
}

typedef struct
{
  GImapTransporter *transporter; /* unowned, nullable: called from inside */
  GString *ids;                  /* owned */
  guint n_wanted;                /* 0 = all */
  guint n;
  gpointer thread; /* unowned: where it has to run */
  GCancellable *cancellable;
  gboolean is_destroyed;
  GAsyncResult **result; /* unowned, nullable: not there before all mails are */
} Taken;

static gboolean
take (GEmail *mail, gpointer user_data)
{
  Taken *taken = user_data;

  g_assert_true (taken->thread == g_thread_self ());
  g_string_append_printf (taken->ids, "%s ", g_email_get_id (mail));
  taken->n++;
  if (taken->transporter != NULL)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (g_imap_transporter_get_mail (taken->transporter, "1", 0, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
    }
  if (taken->cancellable != NULL)
    g_cancellable_cancel (taken->cancellable);

  return taken->n != taken->n_wanted;
}

static gboolean
fetch (GImapTransporter *transporter, const char *ids, Taken *taken, GError **error)
{
  g_autoptr (GImapMessageSet) set = g_imap_message_set_parse (ids, NULL);

  taken->ids = g_string_new (NULL);
  taken->thread = g_thread_self ();

  return g_imap_transporter_fetch_mails (transporter, set, G_IMAP_FETCH_WITH_BODY, take, taken,
                                         taken->cancellable, error);
}

/* Four commands in one flight, and the fifth when the first is done. */
static void
test_pipelined (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      HEAD
      "C: $3 UID FETCH 1:8 " ITEMS "\nC: $4 UID FETCH 9:16 " ITEMS "\nC: $5 UID FETCH 17:24 " ITEMS
      "\nC: $6 UID FETCH 25:32 " ITEMS "\n"
      "repeat 8\n" MAIL ("$#") "end\nS: $3 OK done\n"
                               "C: $7 UID FETCH 33:40 " ITEMS "\n"
                               "S: $4 OK done\nS: $5 OK none there\nS: $6 OK done\nS: $7 OK done\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GError) error = NULL;
  Taken taken = { .transporter = transporter };

  g_assert_true (fetch (transporter, "1:40", &taken, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (taken.ids->str, ==, "1 2 3 4 5 6 7 8 ");
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_flights (peer), ==, 4);
  g_string_free (taken.ids, TRUE);
}

/* All of a box: which there are is asked for first, and an answer that names others is not followed. */
static void
test_search (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      HEAD
      "C: $3 UID SEARCH RETURN (ALL) UID 1:*\n"
      "S: * ESEARCH (TAG \"$3\") UID ALL 5,900\nS: $3 OK found\n"
      "C: $4 UID FETCH 5,900 " ITEMS "\n" MAIL ("900") MAIL ("5") MAIL ("5")
          MAIL ("6") "S: $4 OK done\n"
                     "C: $5 UID SEARCH RETURN (ALL) UID 1:4000000000\n"
                     "S: * ESEARCH (TAG \"$5\") UID ALL 7,4000000001\nS: $5 OK found\n"
                     "C: $6 UID FETCH 7 " ITEMS "\n" MAIL (
                         "7") "S: $6 OK done\n"
                              "C: $7 UID SEARCH RETURN (ALL) UID 1:4000000000\n"
                              "S: * ESEARCH (TAG \"$7\") UID ALL 1:3000000000\nS: $7 OK found\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GError) error = NULL;
  Taken taken = { 0 };

  g_assert_true (fetch (transporter, "1:*", &taken, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (taken.ids->str, ==, "900 5 ");
  g_string_free (taken.ids, TRUE);

  g_assert_true (fetch (transporter, "1:4000000000", &taken, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (taken.ids->str, ==, "7 ");
  g_string_free (taken.ids, TRUE);

  g_assert_false (fetch (transporter, "1:4000000000", &taken, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY);
  g_string_free (taken.ids, TRUE);
  scripted_peer_assert_done (peer);
}

#define LEFT_SCRIPT                                                                                \
  HEAD "C: $3 UID FETCH 1:8 " ITEMS "\nC: $4 UID FETCH 9:16 " ITEMS                                \
       "\nC: $5 UID FETCH 17:24 " ITEMS "\nC: $6 UID FETCH 25:32 " ITEMS "\n" MAIL ("1")           \
           MAIL ("2") MAIL ("3") "C: $7 NOOP\n" MAIL ("4") "S: $3 OK done\n" MAIL (                \
               "9") "S: $4 OK done\n"                                                              \
                    "S: $5 OK done\nS: $6 OK done\nS: $7 OK here\n"

/* Enough: what is on its way is dropped, nothing more is asked for, and the connection goes on. */
static void
test_stop (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (LEFT_SCRIPT, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GError) error = NULL;
  Taken taken = { .n_wanted = 2 };

  g_assert_true (fetch (transporter, "1:1000", &taken, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (taken.ids->str, ==, "1 2 ");
  assert_alive (transporter);
  scripted_peer_assert_done (peer);
  g_assert_cmpuint (scripted_peer_get_n_connections (peer), ==, 1);
  g_string_free (taken.ids, TRUE);
}

/* The same for who cancels; what lies there already is not handed out any more. */
static void
test_cancel (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (LEFT_SCRIPT, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Taken taken = { .cancellable = cancellable };

  g_assert_false (fetch (transporter, "1:1000", &taken, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (taken.ids->str, ==, "1 ");
  assert_alive (transporter);
  scripted_peer_assert_done (peer);
  g_string_free (taken.ids, TRUE);
}

/* The end of the connection is not the end of the mails: the rest comes over the next one, none twice;
 * and when that one breaks too, the call fails. */
static void
test_cut (void)
{
  static const char *const scripts[] = {
    HEAD
    "C: $3 UID FETCH 1:3 " ITEMS
    "\n" MAIL ("1") "S-raw: * 2 FETCH (UID 2 FLAGS () RFC822.SIZE 9 BODY[] {9}\\r\\nA: \ncut\n",
    HEAD "C: $3 UID FETCH 2:3 " ITEMS "\n" MAIL ("3") "cut\n",
    NULL,
  };
  g_autoptr (ScriptedPeer) peer = scripted_peer_new_many (scripts, SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GError) error = NULL;
  Taken taken = { 0 };

  g_assert_false (fetch (transporter, "1:3", &taken, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED);
  g_assert_cmpstr (taken.ids->str, ==, "1 3 ");
  scripted_peer_assert_done (peer);
  g_string_free (taken.ids, TRUE);
}

static void
test_refused (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      HEAD "C: $3 UID FETCH 1:3 " ITEMS "\n" MAIL ("1") "S: $3 NO [UNAVAILABLE] disk is gone\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GError) error = NULL;
  Taken taken = { 0 };

  g_assert_false (fetch (transporter, "1:3", &taken, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NO);
  g_assert_nonnull (strstr (error->message, "disk is gone"));
  g_assert_cmpstr (taken.ids->str, ==, "1 ");
  g_string_free (taken.ids, TRUE);
}

static guint64
count_received (GImapTransporter *transporter)
{
  g_autoptr (GVariant) statistics = g_imap_transporter_dup_statistics (transporter);
  guint64 n = 0;

  g_assert_true (g_variant_lookup (statistics, "octets-received", "t", &n));

  return n;
}

#define LARGE_MAILS                                                                                \
  "repeat 4\n"                                                                                     \
  "S: * $# FETCH (UID $# FLAGS () RFC822.SIZE 9 BODY[] {1048576}\nS-fill: 1048576 x\nS: )\n"       \
  "end\n"

typedef struct
{
  GImapTransporter *transporter; /* unowned */
  GThread *other;                /* owned, nullable */
  guint64 most;
  guint n;
} Slow;

static gpointer
other_thread (gpointer data)
{
  assert_alive (data);

  return NULL;
}

/* The first mail is not given back before the call of another thread has been answered. */
static gboolean
take_slowly (GEmail *mail, gpointer user_data)
{
  Slow *slow = user_data;

  slow->n++;
  if (slow->other == NULL)
    {
      guint64 received = 0;

      /* The peer writes four megabytes, as far as it can. */
      while (received != count_received (slow->transporter))
        {
          received = count_received (slow->transporter);
          g_usleep (300000);
        }
      slow->most = received;
      slow->other = g_thread_new ("other", other_thread, slow->transporter);
      g_thread_join (slow->other);
    }

  return TRUE;
}

/* Who does not take what he asked for holds up the socket, not the memory; and the others not for ever:
 * what had no room comes again. */
static void
test_slow (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      HEAD "C: $3 UID FETCH 1:4 " ITEMS "\n" LARGE_MAILS "S: $3 OK done\n"
           "C: $4 NOOP\nS: $4 OK here\n"
           "C: $5 UID FETCH 3 " ITEMS "\n" MAIL ("3") "S: $5 OK done\n"
                                                      "C: $6 UID FETCH 4 " ITEMS
                                                      "\n" MAIL ("4") "S: $6 OK done\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GImapMessageSet) set = g_imap_message_set_parse ("1:4", NULL);
  g_autoptr (GError) error = NULL;
  Slow slow = { .transporter = transporter };

  g_assert_true (g_imap_transporter_fetch_mails (transporter, set, G_IMAP_FETCH_WITH_BODY,
                                                 take_slowly, &slow, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (slow.most, <, 4 * 1024 * 1024);
  g_assert_cmpuint (slow.n, ==, 4);
  scripted_peer_assert_done (peer);
}

static void
taken_destroyed (gpointer data)
{
  Taken *taken = data;

  g_assert_true (taken->thread == g_thread_self ());
  taken->is_destroyed = TRUE;
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* As a dialog does that a program opens for a mail. */
static gboolean
take_and_run (GEmail *mail, gpointer user_data)
{
  Taken *taken = user_data;

  g_assert_null (*taken->result);
  g_string_append_printf (taken->ids, "%s ", g_email_get_id (mail));
  for (guint i = 0; i < 200 && taken->n == 0 && *taken->result == NULL; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  taken->n++;

  return TRUE;
}

static void
test_main_loop_inside (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      HEAD "C: $3 UID FETCH 1:3 " ITEMS "\n" MAIL ("1") MAIL ("2") MAIL ("3") "delay 50\n"
                                                                              "S: $3 OK done\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GImapMessageSet) set = g_imap_message_set_parse ("1:3", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Taken taken = { .ids = g_string_new (NULL), .result = &result };

  g_imap_transporter_fetch_mails_async (transporter, set, G_IMAP_FETCH_WITH_BODY, take_and_run,
                                        &taken, NULL, NULL, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (g_imap_transporter_fetch_mails_finish (transporter, result, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (taken.ids->str, ==, "1 2 3 ");
  scripted_peer_assert_done (peer);
  g_string_free (taken.ids, TRUE);
}

static void
test_async (void)
{
  g_autoptr (ScriptedPeer) peer = scripted_peer_new (
      HEAD "C: $3 UID FETCH 1:3 " ITEMS "\n" MAIL ("1") MAIL ("2") MAIL ("3") "S: $3 OK done\n",
      SCRIPTED_PEER_NONE);
  g_autoptr (GImapTransporter) transporter = connect_to (peer);
  g_autoptr (GImapMessageSet) set = g_imap_message_set_parse ("1:3", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Taken taken = { .transporter = transporter,
                  .ids = g_string_new (NULL),
                  .thread = g_thread_self () };

  g_imap_transporter_fetch_mails_async (transporter, set, G_IMAP_FETCH_WITH_BODY, take, &taken,
                                        taken_destroyed, NULL, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (g_imap_transporter_fetch_mails_finish (transporter, result, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (taken.ids->str, ==, "1 2 3 ");
  g_clear_object (&result);
  while (!taken.is_destroyed)
    g_main_context_iteration (NULL, TRUE);
  scripted_peer_assert_done (peer);
  g_string_free (taken.ids, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/each/pipelined", test_pipelined);
  g_test_add_func ("/each/search", test_search);
  g_test_add_func ("/each/stop", test_stop);
  g_test_add_func ("/each/cancel", test_cancel);
  g_test_add_func ("/each/cut", test_cut);
  g_test_add_func ("/each/refused", test_refused);
  g_test_add_func ("/each/slow", test_slow);
  g_test_add_func ("/each/async", test_async);
  g_test_add_func ("/each/main-loop-inside", test_main_loop_inside);

  return g_test_run ();
}
