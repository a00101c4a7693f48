/** Decides which code is the program's own. By where it lies, or (where only names are printed) by what it is called. */

const LIBRARY_FOLDER =
  /(?:^|[\\/])(?:site-packages|dist-packages|node_modules|bower_components|vendor|gems|rubygems|bundler|wp-includes|wp-admin|\.m2|\.cargo|\.pnpm|\.yarn)(?:[\\/]|$)/
const PYTHON_RUNTIME =
  /[\\/]lib(?:64)?[\\/]python\d[^\\/]*[\\/]|[\\/]python\d*\.zip[\\/]|[\\/]Lib[\\/](?!.*[\\/]Lib[\\/])|^<frozen |^<__array_function__/
const RUBY_RUNTIME = /^<internal:|[\\/]lib[\\/]ruby[\\/]/
const GO_RUNTIME = /(?:^|[\\/])(?:go|libexec|go\d[\w.]*)[\\/]src[\\/](?!github\.com|gitlab\.com|bitbucket\.org)|[\\/]pkg[\\/]mod[\\/]/
/** Built with -trimpath, Go names its own packages without a folder before them. */
const GO_TRIMMED =
  /^(?:runtime|net|os|io|sync|reflect|syscall|testing|internal|encoding|fmt|bufio|bytes|context|crypto|database|html|log|math|mime|path|regexp|sort|strconv|strings|text|time|unicode|errors|iter|slices|maps|compress|container|archive|hash|image|index|go)\/|^[\w.-]+\.\w+\/.*@v\d/
const JS_RUNTIME = /^(?:node:|internal\/|native$|<anonymous>$|\[native code\]$|(?:chrome|moz|safari-web|safari)-extension:|webpack\/|eval at )/
const WEBPACK_LIBRARY = /^webpack(?:-internal)?:\/\/.*(?:\/node_modules\/|\/webpack\/|\(webpack\))/

export const isOwnPythonFile = (file: string): boolean => file !== '' && !LIBRARY_FOLDER.test(file) && !PYTHON_RUNTIME.test(file)
export const isOwnRubyFile = (file: string): boolean => !LIBRARY_FOLDER.test(file) && !RUBY_RUNTIME.test(file)
export const isOwnPhpFile = (file: string): boolean => file !== '' && file !== '[internal function]' && !LIBRARY_FOLDER.test(file)
export const isOwnGoFile = (file: string): boolean => !LIBRARY_FOLDER.test(file) && !GO_RUNTIME.test(file) && !GO_TRIMMED.test(file)
export const isOwnScript = (file: string): boolean =>
  file !== '' && !LIBRARY_FOLDER.test(file) && !JS_RUNTIME.test(file) && !WEBPACK_LIBRARY.test(file)

const startsWithOne = (names: string): RegExp => new RegExp(`^(?:${names.trim().split(/\s+/).join('|').replaceAll('.', '\\.')})`)

const JVM_LIBRARIES = startsWithOne(`
  java. javax. jakarta. jdk. sun. com.sun. kotlin. kotlinx. scala. groovy. clojure. android. androidx. com.android. dalvik.
  org.springframework. org.apache. org.hibernate. org.eclipse. org.jboss. org.wildfly. org.glassfish. org.jetbrains. org.codehaus. org.slf4j. org.junit. org.testng.
  org.mockito. org.postgresql. org.jooq. org.quartz. org.xml. org.w3c. io.netty. io.undertow. io.vertx. io.micronaut. io.quarkus. io.grpc. io.reactivex. io.ktor. io.projectreactor.
  reactor. rx. akka. play. com.fasterxml. com.google. com.zaxxer. com.mysql. com.mongodb. com.datastax. com.amazonaws. com.netflix. com.squareup. com.intellij.
  software.amazon. okhttp3. okio. retrofit2. feign. ch.qos. lombok. redis.clients. net.sf. net.bytebuddy. com.tracehub.
`)
export const isOwnJvmFunction = (name: string): boolean => !JVM_LIBRARIES.test(name)

const DOTNET_LIBRARIES = startsWithOne(`
  System. Microsoft. Windows. MS. Mono. Newtonsoft. Npgsql. MySql. Dapper. Serilog. NLog. log4net. AutoMapper. MediatR. Polly. FluentValidation. Grpc. Hangfire.
  MassTransit. RabbitMQ. StackExchange. Swashbuckle. Castle. Autofac. Xunit. NUnit. Azure. Google. Amazon. MongoDB. lambda_method Interop. Internal.
`)
export const isOwnDotnetFunction = (name: string): boolean => !DOTNET_LIBRARIES.test(name)
