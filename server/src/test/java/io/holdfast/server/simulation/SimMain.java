package io.holdfast.server.simulation;
final class SimMain {
    public static void main(String[] a) {
        long from = Long.parseLong(a[0]), n = Long.parseLong(a[1]); int steps = a.length > 2 ? Integer.parseInt(a[2]) : 400;
        boolean trace = Boolean.getBoolean("trace");
        int bad = 0, shown = 0; long t = System.nanoTime(), total = 0, crashes = 0;
        java.util.TreeMap<String,Integer> kinds = new java.util.TreeMap<>();
        for (long s = from; s < from + n; s++) {
            SimWorld w = null;
            try { w = new SimWorld(s, new Faults(), null, trace); w.run(steps); }
            catch (Throwable e) {
                bad++;
                String k = e.getClass().getSimpleName() + " " + String.valueOf(e.getMessage()).replaceAll("[0-9]+", "N");
                k = k.substring(0, Math.min(60, k.length()));
                int c = kinds.merge(k, 1, Integer::sum);
                if (c <= 2 && shown++ < 12) { System.out.println("seed " + s + " step " + (w == null ? 0 : w.now()) + ": " + e);
                  if (!(e instanceof Violation)) { StackTraceElement[] st = e.getStackTrace(); for (int i = 0; i < Math.min(12, st.length); i++) System.out.println("    " + st[i]); } }
                if (trace && w != null) System.out.println(w.traced());
            }
            if (w != null) { total += w.now(); crashes += w.crashes(); }
        }
        System.out.println(kinds);
        System.out.printf("%d bad of %d, %d steps, %d crashes, %.1f s%n", bad, n, total, crashes, (System.nanoTime() - t) / 1e9);
    }
}
