"""Administrative divisions (GB/T 2260) with validity and successor."""
