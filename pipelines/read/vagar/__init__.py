"""Roads that trenches follow: Lantmäteriet's Topografi, Trafikverket's NVDB, OpenStreetMap."""
