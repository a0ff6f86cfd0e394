/* SPDX-License-Identifier: MIT */
/* names.c - a file system in memory, for the names of AF_UNIX sockets.
 *
 * It walks paths as POSIX 4.16 has it: each part is looked up in a directory that the user may
 * search, a symbolic link's target takes the link's place before what is left of the path, and the
 * limits are its own to be set. Nothing is read or written: files are only there.
 */
#include <tenon/names_sim.h>

#include <stdlib.h>
#include <string.h>

enum { MAY_SEARCH = 1, MAY_WRITE = 2, MODE_LINK = 0777, MODE_SOCKET = 0755 };

struct node {
	struct node *next; /* in its directory */
	struct node *parent, *children;
	char *name, *target;
	uint64_t number;
	unsigned mode, user;
	enum tenon_sim_file kind;
};

struct tenon_sim_names {
	struct tenon_names names;
	struct tenon_sim_names_limits limits;
	struct node *root;
	uint64_t last_number;
	unsigned user;
	bool fails;
};

/* A walk that has come to `at`. */
struct walk {
	struct node *at;
	char *rest; /* malloc()ed: what is left of the path */
	char *last; /* malloc()ed: the last part, if nobody has that name */
	unsigned links;
	bool follows_last;
};

static bool may(const struct tenon_sim_names *fs, const struct node *n, unsigned what)
{
	unsigned mode = n->user == fs->user ? n->mode >> 6 : n->mode;

	return fs->user == 0 || (mode & what) == what;
}

static struct node *child_find(const struct node *directory, const char *name)
{
	struct node *n = directory->children;

	while (n != NULL && strcmp(n->name, name) != 0)
		n = n->next;
	return n;
}

/* Takes the first part off what is left; NULL at the end. */
static char *take_part(struct walk *w, bool *is_last)
{
	size_t slashes = strspn(w->rest, "/");
	size_t len = strcspn(w->rest + slashes, "/");
	char *part = len != 0 ? strndup(w->rest + slashes, len) : NULL;
	char *after = w->rest + slashes + len;

	*is_last = after[strspn(after, "/")] == '\0';
	memmove(w->rest, after, strlen(after) + 1);
	return part;
}

/* PX-27: what a link makes of the path is measured, too. */
static enum tenon_result follow(struct tenon_sim_names *fs, struct walk *w, const struct node *link)
{
	const char *rest = w->rest + strspn(w->rest, "/");
	size_t len = strlen(link->target) + 1 + strlen(rest);
	char *whole;

	if (++w->links > fs->limits.links_max)
		return TENON_NAME_LOOP;
	if (len > fs->limits.path_max)
		return TENON_NAME_TOO_LONG;
	whole = malloc(len + 1);
	if (whole == NULL)
		return TENON_NAME_NO_SPACE;
	strcpy(whole, link->target);
	if (rest[0] != '\0')
		strcat(strcat(whole, "/"), rest);
	free(w->rest);
	w->rest = whole;
	w->at = whole[0] == '/' ? fs->root : w->at;
	return TENON_OK;
}

static enum tenon_result step(struct tenon_sim_names *fs, struct walk *w, const char *part,
			      bool is_last)
{
	struct node *n;

	if (w->at->kind != TENON_SIM_DIRECTORY)
		return TENON_NAME_NOT_DIRECTORY;
	if (!may(fs, w->at, MAY_SEARCH))
		return TENON_NAME_DENIED;
	if (strlen(part) > fs->limits.name_max)
		return TENON_NAME_TOO_LONG;
	if (strcmp(part, ".") == 0)
		return TENON_OK;
	n = strcmp(part, "..") == 0 ? w->at->parent : child_find(w->at, part);
	if (n == NULL && is_last)
		w->last = strdup(part);
	if (n == NULL)
		return TENON_NAME_NOT_FOUND;
	if (n->kind == TENON_SIM_LINK && (!is_last || w->follows_last))
		return follow(fs, w, n);
	w->at = n;
	return TENON_OK;
}

static void walk_end(struct walk *w)
{
	free(w->rest);
	free(w->last);
}

static enum tenon_result walk(struct tenon_sim_names *fs, struct tenon_path path, struct walk *w)
{
	enum tenon_result result = TENON_OK;
	bool is_last;
	char *part;

	w->at = fs->root;
	w->rest = strndup(path.at, path.len);
	if (w->rest == NULL)
		return TENON_NAME_NO_SPACE;
	if (path.len == 0)
		return TENON_NAME_NOT_FOUND;
	if (path.len > fs->limits.path_max)
		return TENON_NAME_TOO_LONG;
	while (result == TENON_OK && (part = take_part(w, &is_last)) != NULL) {
		result = fs->fails ? TENON_NAME_IO_ERROR : step(fs, w, part, is_last);
		free(part);
	}
	return result;
}

static struct node *node_new(struct tenon_sim_names *fs, struct node *directory, char *name)
{
	struct node *n = calloc(1, sizeof *n);

	if (n == NULL)
		return NULL;
	n->name = name;
	n->user = fs->user;
	n->number = ++fs->last_number;
	n->parent = directory != NULL ? directory : n;
	if (directory != NULL) {
		n->next = directory->children;
		directory->children = n;
	}
	return n;
}

static enum tenon_result create(struct tenon_sim_names *fs, struct tenon_path path,
				struct node **out)
{
	struct walk w = { .follows_last = false };
	enum tenon_result result = walk(fs, path, &w);

	if (result == TENON_OK)
		result = TENON_NAME_TAKEN;
	else if (result == TENON_NAME_NOT_FOUND && w.last != NULL)
		result = may(fs, w.at, MAY_WRITE) ? TENON_OK : TENON_NAME_DENIED;
	*out = result == TENON_OK ? node_new(fs, w.at, w.last) : NULL;
	if (*out != NULL)
		w.last = NULL;
	else if (result == TENON_OK)
		result = TENON_NAME_NO_SPACE;
	walk_end(&w);
	return result;
}

static struct tenon_name_id id_of(const struct node *n)
{
	return (struct tenon_name_id){ .device = 1, .number = n->number };
}

static enum tenon_result make(void *context, struct tenon_path path, struct tenon_name_id *id)
{
	struct node *n;
	enum tenon_result result = create(context, path, &n);

	if (result != TENON_OK)
		return result;
	n->kind = TENON_SIM_SOCKET;
	n->mode = MODE_SOCKET;
	*id = id_of(n);
	return TENON_OK;
}

static enum tenon_result find(void *context, struct tenon_path path, struct tenon_name_id *id)
{
	struct walk w = { .follows_last = true };
	struct tenon_sim_names *fs = context;
	enum tenon_result result = walk(fs, path, &w);

	if (result == TENON_OK && !may(fs, w.at, MAY_WRITE))
		result = TENON_NAME_DENIED;
	if (result == TENON_OK && w.at->kind != TENON_SIM_SOCKET)
		result = TENON_NAME_NOT_SOCKET;
	if (result == TENON_OK)
		*id = id_of(w.at);
	walk_end(&w);
	return result;
}

/* Numbers are never given again, so that nothing is to be kept for a socket that is open. */
static void release(void *context, struct tenon_name_id id)
{
	(void)context;
	(void)id;
}

enum tenon_result tenon_sim_names_add(struct tenon_sim_names *fs, const char *path,
				      const struct tenon_sim_entry *entry)
{
	struct node *n;
	enum tenon_result result = create(fs, (struct tenon_path){ path, strlen(path) }, &n);

	if (result != TENON_OK)
		return result;
	n->kind = entry->kind;
	n->mode = entry->kind == TENON_SIM_LINK ? MODE_LINK : entry->mode;
	n->target = strdup(entry->target != NULL ? entry->target : "");
	return TENON_OK;
}

static void node_free(struct node *n)
{
	free(n->name);
	free(n->target);
	free(n);
}

enum tenon_result tenon_sim_names_remove(struct tenon_sim_names *fs, const char *path)
{
	struct walk w = { .follows_last = false };
	enum tenon_result result = walk(fs, (struct tenon_path){ path, strlen(path) }, &w);
	struct node *n = w.at, **link;

	walk_end(&w);
	if (result == TENON_OK && (n == fs->root || n->children != NULL))
		result = TENON_NAME_TAKEN;
	if (result == TENON_OK && !may(fs, n->parent, MAY_WRITE))
		result = TENON_NAME_DENIED;
	if (result != TENON_OK)
		return result;
	for (link = &n->parent->children; *link != n; link = &(*link)->next)
		;
	*link = n->next;
	node_free(n);
	return TENON_OK;
}

struct tenon_sim_names *tenon_sim_names_new(void)
{
	struct tenon_sim_names *fs = calloc(1, sizeof *fs);

	if (fs == NULL)
		return NULL;
	fs->names = (struct tenon_names){ make, find, release, fs };
	fs->limits = (struct tenon_sim_names_limits){ 255, 4095, 40 };
	fs->root = node_new(fs, NULL, NULL);
	if (fs->root == NULL) {
		free(fs);
		return NULL;
	}
	fs->root->kind = TENON_SIM_DIRECTORY;
	fs->root->mode = 0755;
	return fs;
}

/* The deepest first, without recursion. */
void tenon_sim_names_free(struct tenon_sim_names *fs)
{
	struct node *n = fs->root, *parent;

	for (;;) {
		while (n->children != NULL)
			n = n->children;
		if (n == fs->root)
			break;
		parent = n->parent;
		parent->children = n->next;
		node_free(n);
		n = parent;
	}
	node_free(n);
	free(fs);
}

const struct tenon_names *tenon_sim_names_of(struct tenon_sim_names *fs)
{
	return &fs->names;
}

void tenon_sim_names_limit(struct tenon_sim_names *fs, const struct tenon_sim_names_limits *limits)
{
	fs->limits = *limits;
}

void tenon_sim_names_user(struct tenon_sim_names *fs, unsigned user)
{
	fs->user = user;
}

void tenon_sim_names_fail(struct tenon_sim_names *fs, bool fails)
{
	fs->fails = fails;
}
