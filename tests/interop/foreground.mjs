// Microphones, cameras and listeners are other machines in real life: what plays them, and the relay,
// goes before whatever else this machine does. Import it first: threads that are there stay as they are.
import { setPriority } from 'node:os';

try {
	setPriority(-10);
} catch { // takes root
}
