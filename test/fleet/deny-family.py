import ctypes, os, struct, sys
# Runs a command that gets an errno for socket(2) of one address family, as under RestrictAddressFamilies of systemd:
# deny-family.py FAMILY ERRNO COMMAND…
family, err, argv = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
libc = ctypes.CDLL(None, use_errno=True)
nr = {'x86_64': 41, 'aarch64': 198}[os.uname().machine]
def ins(code, jt, jf, k): return struct.pack('HBBI', code, jt, jf, k)
prog = b''.join([ins(0x20,0,0,0), ins(0x15,0,3,nr), ins(0x20,0,0,16), ins(0x15,0,1,family), ins(0x06,0,0,0x00050000|err), ins(0x06,0,0,0x7fff0000)])
buf = ctypes.create_string_buffer(prog)
class P(ctypes.Structure): _fields_=[('len',ctypes.c_ushort),('filter',ctypes.c_void_p)]
p = P(len(prog)//8, ctypes.addressof(buf))
assert libc.prctl(38,1,0,0,0)==0
assert libc.prctl(22,2,ctypes.byref(p),0,0)==0, ctypes.get_errno()
os.execvp(argv[0], argv)
