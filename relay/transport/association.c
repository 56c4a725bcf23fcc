#include "transport/association.h"

#include <errno.h>
#include <stdlib.h>

int dm_association_create(struct dm_association **out, struct dm_dtls *dtls)
{
	struct dm_srtp_keys keys;
	int error;

	*out = NULL;

	struct dm_association *association = calloc(1, sizeof(*association));

	if (!association)
		return -ENOMEM;
	error = dm_dtls_export_keys(dtls, &keys);
	if (!error)
		error = dm_dtls_export_epilogue(dtls, &association->epilogue);
	if (!error)
		error = dm_protector_create(&association->protector, &keys);
	if (!error)
		error = dm_unprotector_create(&association->unprotector, &keys);
	dm_srtp_keys_wipe(&keys);
	if (error) {
		dm_association_destroy(association);
		return error;
	}
	*out = association;
	return 0;
}

void dm_association_destroy(struct dm_association *association)
{
	if (!association)
		return;
	dm_unprotector_destroy(association->unprotector);
	dm_protector_destroy(association->protector);
	dm_dtls_epilogue_wipe(&association->epilogue);
	free(association);
}
