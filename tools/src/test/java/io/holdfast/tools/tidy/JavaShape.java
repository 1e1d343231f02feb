// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.tidy;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import io.holdfast.tools.tidy.SourceTree.TextFile;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Lengths of methods, as the compiler's own parser sees them. */
final class JavaShape {
    /**
     * A method with a body.
     *
     * @param file the file's name as given to {@link #methods}
     * @param line where its declaration starts, annotations included
     * @param lines from there to the closing brace
     */
    record Method(String file, String name, int line, int lines) {}

    private JavaShape() {}

    /** The methods of all files at once: a compiler's start costs more than parsing a hundred files. */
    static List<Method> methods(List<TextFile> files) throws IOException {
        List<Source> sources = files.stream().map(Source::new).toList();
        if (sources.isEmpty()) {
            return List.of();
        }
        // What does not parse does not compile either, and the build says so elsewhere.
        JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, diagnostic -> {}, List.of("-proc:none"), null, sources);
        SourcePositions positions = Trees.instance(task).getSourcePositions();
        List<Method> methods = new ArrayList<>();
        for (CompilationUnitTree unit : task.parse()) {
            unit.accept(new MethodCollector(unit, positions, methods), null);
        }
        return methods;
    }

    private static final class Source extends SimpleJavaFileObject {
        private final TextFile file;

        Source(TextFile file) {
            super(URI.create("string:///" + file.name()), JavaFileObject.Kind.SOURCE);
            this.file = file;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return String.join("\n", file.lines());
        }
    }

    private static final class MethodCollector extends TreeScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final String file;
        private final SourcePositions positions;
        private final List<Method> methods;

        MethodCollector(CompilationUnitTree unit, SourcePositions positions, List<Method> methods) {
            this.unit = unit;
            this.file = unit.getSourceFile().toUri().getPath().substring(1);
            this.positions = positions;
            this.methods = methods;
        }

        @Override
        public Void visitMethod(MethodTree method, Void unused) {
            if (method.getBody() != null) {
                LineMap lines = unit.getLineMap();
                long first = lines.getLineNumber(positions.getStartPosition(unit, method));
                long last = lines.getLineNumber(positions.getEndPosition(unit, method));
                methods.add(new Method(file, method.getName().toString(), (int) first, (int) (last - first + 1)));
            }
            return super.visitMethod(method, null);
        }
    }
}
