/* SPDX-License-Identifier: MIT */
#include <tenon/names_linux.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct held {
	struct held *next;
	struct tenon_name_id id;
	int fd;
};

struct tenon_linux_names {
	struct tenon_names names;
	struct held *held;
};

static enum tenon_result result_of(int error)
{
	switch (error) {
	case ENOENT:
		return TENON_NAME_NOT_FOUND;
	case ENOTDIR:
		return TENON_NAME_NOT_DIRECTORY;
	case ELOOP:
		return TENON_NAME_LOOP;
	case ENAMETOOLONG:
		return TENON_NAME_TOO_LONG;
	case EACCES:
	case EPERM:
	case EROFS:
		return TENON_NAME_DENIED;
	case EEXIST:
		return TENON_NAME_TAKEN;
	case ENOSPC:
	case EDQUOT:
	case ENOMEM:
	case EMFILE:
	case ENFILE:
		return TENON_NAME_NO_SPACE;
	default:
		return TENON_NAME_IO_ERROR;
	}
}

static bool text_of(struct tenon_path path, char text[PATH_MAX])
{
	if (path.len >= PATH_MAX)
		return false;
	memcpy(text, path.at, path.len);
	text[path.len] = '\0';
	return true;
}

static struct tenon_name_id id_of(const struct stat *file)
{
	return (struct tenon_name_id){ .device = file->st_dev, .number = file->st_ino };
}

static enum tenon_result hold(struct tenon_linux_names *names, const char *path,
			      struct tenon_name_id *id)
{
	struct held *held = malloc(sizeof *held);
	struct stat file;

	if (held == NULL)
		return TENON_NAME_NO_SPACE;
	held->fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (held->fd < 0 || fstat(held->fd, &file) != 0) {
		int error = errno;

		if (held->fd >= 0)
			close(held->fd);
		free(held);
		return result_of(error);
	}
	held->id = id_of(&file);
	held->next = names->held;
	names->held = held;
	*id = held->id;
	return TENON_OK;
}

static enum tenon_result make_file(struct tenon_linux_names *names, const char *path,
				   struct tenon_name_id *id)
{
	enum tenon_result result;

	if (mknod(path, S_IFSOCK | S_IRWXU | S_IRWXG | S_IRWXO, 0) != 0)
		return result_of(errno);
	result = hold(names, path, id);
	if (result != TENON_OK)
		unlink(path);
	return result;
}

/* PATH_MAX octets are too many for the callers' stack frames. */
static enum tenon_result make(void *context, struct tenon_path path, struct tenon_name_id *id)
{
	char *text = malloc(PATH_MAX);
	enum tenon_result result = TENON_NAME_TOO_LONG;

	if (text == NULL)
		return TENON_NAME_NO_SPACE;
	if (text_of(path, text))
		result = make_file(context, text, id);
	free(text);
	return result;
}

/* The order is Linux's: where does it lead, may the caller write there, is it a socket? */
static enum tenon_result find_file(const char *path, struct tenon_name_id *id)
{
	struct stat file;

	if (stat(path, &file) != 0)
		return result_of(errno);
	if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0)
		return result_of(errno);
	*id = id_of(&file);
	return S_ISSOCK(file.st_mode) ? TENON_OK : TENON_NAME_NOT_SOCKET;
}

static enum tenon_result find(void *context, struct tenon_path path, struct tenon_name_id *id)
{
	char *text = malloc(PATH_MAX);
	enum tenon_result result = TENON_NAME_TOO_LONG;

	(void)context;
	if (text == NULL)
		return TENON_NAME_NO_SPACE;
	if (text_of(path, text))
		result = find_file(text, id);
	free(text);
	return result;
}

static void release(void *context, struct tenon_name_id id)
{
	struct tenon_linux_names *names = context;
	struct held **link = &names->held, *held;

	while (*link != NULL &&
	       ((*link)->id.device != id.device || (*link)->id.number != id.number))
		link = &(*link)->next;
	held = *link;
	if (held == NULL)
		return;
	*link = held->next;
	close(held->fd);
	free(held);
}

struct tenon_linux_names *tenon_linux_names_new(void)
{
	struct tenon_linux_names *names = calloc(1, sizeof *names);

	if (names != NULL)
		names->names = (struct tenon_names){ make, find, release, names };
	return names;
}

void tenon_linux_names_free(struct tenon_linux_names *names)
{
	while (names->held != NULL)
		release(names, names->held->id);
	free(names);
}

const struct tenon_names *tenon_linux_names_of(struct tenon_linux_names *names)
{
	return &names->names;
}
