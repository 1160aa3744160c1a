/* What a server remembers of one browser between its requests.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-rest-session.h"

#include <sys/random.h>

#include "gimap4d/http/rest-session-private.h"

/* A cookie that tells the end of the session is renewed this long before it would matter. */
#define RENEWAL (60 * G_USEC_PER_SEC)

/* 192 bits, written as 32 characters of base64. */
#define ID_BYTES 24

/**
 * SECTION:g-rest-session
 * @Title: GRestSession
 * @Short_description: what a server remembers of a browser
 *
 * A #GRestServer gives each browser that calls a function or a handler a session, which it finds
 * again by a cookie. #GIncomingMessage:session leads to it. A session ends when it was not used
 * for #GRestServer:session-idle-timeout, or when there are too many: then those go first that have
 * neither privileges nor anything in their storage.
 *
 * With %G_REST_SESSION_MODE_SIGNED_COOKIE the browser keeps the whole session. It is sent when the
 * request is answered: what is changed later is lost, requests that run at once do not see each
 * other's changes, and a session that a browser has copied cannot be taken back before it ends.
 * What does not fit into a cookie of 4 KiB is not kept, and #GRestServer::call-failed says so.
 */

/**
 * GRestSession:
 *
 * What a server remembers of one browser. It belongs to the context of its server; with
 * #GRestServer:n-threads, functions that change its storage take care of each other; in Python the calls
 * of a storage do so by themselves, one by one.
 *
 * |[<!-- language="C" -->
 * static void
 * count_call (GIncomingMessage *request)
 * {
 *   GRestSession *session = g_incoming_message_get_session (request);
 *   GVariantDict *storage = g_rest_session_get_storage (session);
 *   guint32 calls = 0;
 *
 *   g_variant_dict_lookup (storage, "calls", "u", &calls);
 *   g_variant_dict_insert (storage, "calls", "u", calls + 1);
 * }
 * ]|
 *
 * Since: 1.0
 */

struct _GRestSession
{
  GObject parent_instance;

  GVariantDict *storage; /* owned */
  gint64 idle_timeout;   /* µs */
  GMutex mutex;          /* for what follows up to is_new: requests of one browser run at once */
  gint64 last_use;       /* monotonic µs */
  char *id;              /* owned; never changed, only replaced */
  gboolean is_id_lent;   /* somebody has a pointer to id */
  GPtrArray *lent_ids;   /* (element-type utf8) owned: those before, to which pointers are out */
  GStrv privileges;      /* owned; never changed, only replaced */
  gboolean is_lent;      /* somebody has a pointer to privileges */
  GPtrArray *lent;       /* (element-type GStrv) owned: those before, to which pointers are out */
  gboolean is_new;       /* the client does not know the id */
  gint64 told_end;       /* monotonic µs: what the client's cookie says, 0 when it has none */
  GVariant *told_state;  /* owned, nullable: the same for privileges and storage */
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_STORAGE,
  PROP_PRIVILEGES,
  PROP_EXPIRATION,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (GRestSession, g_rest_session, G_TYPE_OBJECT)

static void
g_rest_session_init (GRestSession *self)
{
  g_mutex_init (&self->mutex);
  self->storage = g_variant_dict_new (NULL);
  self->privileges = g_new0 (char *, 1);
  self->lent_ids = g_ptr_array_new_with_free_func (g_free);
  self->lent = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
}

static void
g_rest_session_finalize (GObject *object)
{
  GRestSession *self = G_REST_SESSION (object);

  g_free (self->id);
  g_ptr_array_unref (self->lent_ids);
  g_variant_dict_unref (self->storage);
  g_clear_pointer (&self->told_state, g_variant_unref);
  g_strfreev (self->privileges);
  g_ptr_array_unref (self->lent);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (g_rest_session_parent_class)->finalize (object);
}

static void
g_rest_session_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  GRestSession *self = G_REST_SESSION (object);

  switch (property_id)
    {
    case PROP_ID:
      g_value_take_string (value, rest_session_dup_id (self));
      break;
    case PROP_STORAGE:
      g_value_set_boxed (value, self->storage);
      break;
    case PROP_PRIVILEGES:
      g_value_take_boxed (value, rest_session_dup_privileges (self));
      break;
    case PROP_EXPIRATION:
      g_value_take_boxed (value, g_rest_session_get_expiration (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
g_rest_session_set_property (GObject *object,
                             guint property_id,
                             const GValue *value,
                             GParamSpec *pspec)
{
  switch (property_id)
    {
    case PROP_PRIVILEGES:
      g_rest_session_set_privileges (G_REST_SESSION (object), g_value_get_boxed (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
g_rest_session_class_init (GRestSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = g_rest_session_finalize;
  object_class->get_property = g_rest_session_get_property;
  object_class->set_property = g_rest_session_set_property;

  /**
   * GRestSession:id:
   *
   * The id, as it stands in the cookie: whoever knows it is in the session. It is another one when
   * #GRestSession:privileges have changed.
   *
   * Since: 1.0
   */
  properties[PROP_ID] = g_param_spec_string ("id", "Id", "The id in the cookie", NULL,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GRestSession:storage:
   *
   * What the application keeps in the session.
   *
   * Since: 1.0
   */
  properties[PROP_STORAGE] = g_param_spec_boxed (
      "storage", "Storage", "What the application keeps in the session", G_TYPE_VARIANT_DICT,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GRestSession:privileges:
   *
   * What the user of this session may do, in words of the application. None at first.
   *
   * Since: 1.0
   */
  properties[PROP_PRIVILEGES] = g_param_spec_boxed (
      "privileges", "Privileges", "What the user of the session may do", G_TYPE_STRV,
      G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  /**
   * GRestSession:expiration:
   *
   * When the session ends if it is not used before.
   *
   * Since: 1.0
   */
  properties[PROP_EXPIRATION] = g_param_spec_boxed (
      "expiration", "Expiration", "When the session ends if it is not used", G_TYPE_DATE_TIME,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

GRestSession *
rest_session_new (const char *id, guint idle_timeout)
{
  GRestSession *self = g_object_new (G_TYPE_REST_SESSION, NULL);

  self->id = g_strdup (id);
  self->idle_timeout = (gint64) idle_timeout * G_USEC_PER_SEC;
  self->is_new = TRUE;
  rest_session_touch (self);

  return self;
}

char *
rest_session_dup_id (GRestSession *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_strdup (self->id);
}

GStrv
rest_session_dup_privileges (GRestSession *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_strdupv (self->privileges);
}

GVariant *
rest_session_dup_storage (GRestSession *self)
{
  GVariant *storage = g_variant_ref_sink (g_variant_dict_end (self->storage));

  g_variant_dict_unref (self->storage);
  self->storage = g_variant_dict_new (storage);

  return storage;
}

static gint64
get_end (GRestSession *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->last_use + self->idle_timeout;
}

/* The order of a dictionary may differ for equal contents: then a cookie too many is sent. */
static GVariant *
build_state (GRestSession *self)
{
  g_autoptr (GVariant) storage = rest_session_dup_storage (self);
  g_auto (GStrv) privileges = rest_session_dup_privileges (self);

  return g_variant_ref_sink (g_variant_new ("(^as@a{sv})", privileges, storage));
}

GRestSession *
rest_session_new_from_state (const char *id,
                             guint idle_timeout,
                             gint64 end,
                             const char *const *privileges,
                             GVariant *storage)
{
  GRestSession *self = rest_session_new (id, idle_timeout);

  self->told_end = g_get_monotonic_time () + end * G_USEC_PER_SEC - g_get_real_time ();
  g_strfreev (self->privileges);
  self->privileges = g_strdupv ((GStrv) privileges);
  g_variant_dict_unref (self->storage);
  self->storage = g_variant_dict_new (storage);
  self->told_state = build_state (self);

  return self;
}

char *
rest_session_take_new_id (GRestSession *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (!self->is_new)
    return NULL;

  self->is_new = FALSE;

  return g_strdup (self->id);
}

gboolean
rest_session_take_is_changed (GRestSession *self)
{
  g_autoptr (GVariant) state = build_state (self);
  gint64 end = get_end (self);
  gint64 renewal = MIN (RENEWAL, self->idle_timeout / 2);

  if (self->told_state != NULL && g_variant_equal (state, self->told_state) &&
      end - self->told_end < renewal)
    return FALSE;

  self->told_end = end;
  g_clear_pointer (&self->told_state, g_variant_unref);
  self->told_state = g_steal_pointer (&state);

  return TRUE;
}

void
rest_session_forget_told (GRestSession *self)
{
  g_clear_pointer (&self->told_state, g_variant_unref);
}

void
rest_session_fill_random (void *data, gsize size)
{
  if (getrandom (data, size, 0) != (gssize) size)
    g_error ("The system has no random numbers");
}

/* The id is the only key to a session. */
char *
rest_session_make_id (void)
{
  guchar bytes[ID_BYTES];
  char *id = NULL;

  rest_session_fill_random (bytes, sizeof bytes);
  id = g_base64_encode (bytes, sizeof bytes);
  g_strdelimit (id, "+", '-');
  g_strdelimit (id, "/", '_');

  return id;
}

void
rest_session_touch (GRestSession *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->last_use = g_get_monotonic_time ();
}

gboolean
rest_session_is_over (GRestSession *self)
{
  return g_get_monotonic_time () >= get_end (self);
}

gboolean
rest_session_is_used (GRestSession *self)
{
  return g_atomic_int_get (&G_OBJECT (self)->ref_count) > 1;
}

gboolean
rest_session_is_empty (GRestSession *self)
{
  g_autoptr (GVariant) storage = NULL;

  if (self->privileges[0] != NULL)
    return FALSE;
  storage = rest_session_dup_storage (self);

  return g_variant_n_children (storage) == 0;
}

/**
 * g_rest_session_get_id:
 * @self: a #GRestSession
 *
 * Gets the id, as it stands in the cookie. May be called from any thread.
 *
 * Returns: (transfer none): the id, which lives as long as the session
 *
 * Since: 1.0
 */
const char *
g_rest_session_get_id (GRestSession *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (G_IS_REST_SESSION (self), NULL);

  locker = g_mutex_locker_new (&self->mutex);
  self->is_id_lent = TRUE;

  return self->id;
}

/**
 * g_rest_session_get_storage:
 * @self: a #GRestSession
 *
 * Gets what the application keeps in the session, to read and to change while you hold the session.
 *
 * Returns: (transfer none): the storage
 *
 * Since: 1.0
 */
GVariantDict *
g_rest_session_get_storage (GRestSession *self)
{
  g_return_val_if_fail (G_IS_REST_SESSION (self), NULL);

  return self->storage;
}

/* Who knew the session before must not have what its user may do from now on. */
static void
replace_id (GRestSession *self)
{
  if (self->is_id_lent)
    g_ptr_array_add (self->lent_ids, self->id);
  else
    g_free (self->id);
  self->id = rest_session_make_id ();
  self->is_id_lent = FALSE;
  self->is_new = TRUE;
}

/* So that a session whose privileges go back and forth does not grow. */
static GStrv
take_lent (GRestSession *self, const char *const *privileges)
{
  for (guint i = 0; i < self->lent->len; i++)
    if (g_strv_equal (privileges, g_ptr_array_index (self->lent, i)))
      return g_ptr_array_steal_index_fast (self->lent, i);

  return NULL;
}

/* FALSE when they are those before. */
static gboolean
replace_privileges (GRestSession *self, const char *const *privileges)
{
  static const char *const none[] = { NULL };
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (privileges == NULL)
    privileges = none;
  if (g_strv_equal (privileges, (const char *const *) self->privileges))
    return FALSE;

  if (self->is_lent)
    g_ptr_array_add (self->lent, self->privileges);
  else
    g_strfreev (self->privileges);
  self->privileges = take_lent (self, privileges);
  self->is_lent = self->privileges != NULL;
  if (!self->is_lent)
    self->privileges = g_strdupv ((GStrv) privileges);
  replace_id (self);

  return TRUE;
}

/**
 * g_rest_session_set_privileges:
 * @self: a #GRestSession
 * @privileges: (nullable) (array zero-terminated=1): what the user may do; %NULL for nothing
 *
 * Sets what the user of the session may do. When that is a change, the session gets a new id, which
 * the next answer to one of its requests tells the browser; the id before leads nowhere. So change
 * privileges before you answer the request of the one who logs in or out: what is changed later is
 * lost. May be called from any thread.
 *
 * Since: 1.0
 */
void
g_rest_session_set_privileges (GRestSession *self, const char *const *privileges)
{
  g_return_if_fail (G_IS_REST_SESSION (self));

  if (!replace_privileges (self, privileges))
    return;

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PRIVILEGES]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ID]);
}

/**
 * g_rest_session_get_privileges:
 * @self: a #GRestSession
 *
 * Gets what the user of the session may do, as it is now: another request may change it, which does
 * not touch what was got before. May be called from any thread; to ask for one privilege,
 * g_rest_session_has_privilege() costs less.
 *
 * Returns: (transfer none) (array zero-terminated=1): the privileges, which live as long as the
 * session
 *
 * Since: 1.0
 */
const char *const *
g_rest_session_get_privileges (GRestSession *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (G_IS_REST_SESSION (self), NULL);

  locker = g_mutex_locker_new (&self->mutex);
  self->is_lent = TRUE;

  return (const char *const *) self->privileges;
}

/**
 * g_rest_session_has_privilege:
 * @self: a #GRestSession
 * @privilege: what the user wants to do
 *
 * Whether @privilege is one of #GRestSession:privileges. May be called from any thread.
 *
 * Returns: %TRUE if it is
 *
 * Since: 1.0
 */
gboolean
g_rest_session_has_privilege (GRestSession *self, const char *privilege)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (G_IS_REST_SESSION (self), FALSE);
  g_return_val_if_fail (privilege != NULL, FALSE);

  locker = g_mutex_locker_new (&self->mutex);

  return g_strv_contains ((const char *const *) self->privileges, privilege);
}

/**
 * g_rest_session_get_expiration:
 * @self: a #GRestSession
 *
 * Gets when the session ends if it is not used before.
 *
 * Returns: (transfer full): the time, in UTC
 *
 * Since: 1.0
 */
GDateTime *
g_rest_session_get_expiration (GRestSession *self)
{
  g_autoptr (GDateTime) now = NULL;

  g_return_val_if_fail (G_IS_REST_SESSION (self), NULL);

  now = g_date_time_new_now_utc ();
  return g_date_time_add (now, get_end (self) - g_get_monotonic_time ());
}
