// Written by `npm run validators`.
"use strict";
export const validate = validate20;
export default validate20;
const schema31 = {"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://vestry.example/schemas/participant-row.json","type":"object","required":["employee_id","name"],"properties":{"employee_id":{"type":"string","maxLength":100,"pattern":"^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"},"name":{"type":"string","maxLength":200,"pattern":"^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"},"email":{"type":"string","maxLength":254,"anyOf":[{"const":""},{"format":"email"}]},"date_of_birth":{"type":"string","pattern":"^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"},"hired_on":{"type":"string","pattern":"^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"},"terminated_on":{"type":"string","pattern":"^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"},"rehired_on":{"type":"string","pattern":"^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"},"compensation":{"type":"string","maxLength":40,"pattern":"^(?:(?=[0-9.]*[1-9])[0-9]{1,12}(?:\\.[0-9]{1,2}0*)?)?$"},"plan_type":{"type":"string","enum":["RSU","401K","ESPP","ESOP",""]},"enrolled_on":{"type":"string","pattern":"^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"},"plan_document":{"type":"string","maxLength":100,"pattern":"^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]*$"}}};
const func1 = (function ucs2length(str) {
    const len = str.length;
    let length = 0;
    let pos = 0;
    let value;
    while (pos < len) {
        length++;
        value = str.charCodeAt(pos++);
        if (value >= 0xd800 && value <= 0xdbff && pos < len) {
            // high surrogate, and there is a next character
            value = str.charCodeAt(pos);
            if ((value & 0xfc00) === 0xdc00)
                pos++; // low surrogate
        }
    }
    return length;
});
const pattern4 = new RegExp("^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$", "u");
const pattern6 = new RegExp("^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$", "u");
const pattern10 = new RegExp("^(?:(?=[0-9.]*[1-9])[0-9]{1,12}(?:\\.[0-9]{1,2}0*)?)?$", "u");
const pattern12 = new RegExp("^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]*$", "u");
const formats0 = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

function validate20(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
/*# sourceURL="https://vestry.example/schemas/participant-row.json" */;
let vErrors = null;
let errors = 0;
const evaluated0 = validate20.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if(((data.employee_id === undefined) && (missing0 = "employee_id")) || ((data.name === undefined) && (missing0 = "name"))){
validate20.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
if(data.employee_id !== undefined){
let data0 = data.employee_id;
const _errs1 = errors;
if(errors === _errs1){
if(typeof data0 === "string"){
if(func1(data0) > 100){
validate20.errors = [{instancePath:instancePath+"/employee_id",schemaPath:"#/properties/employee_id/maxLength",keyword:"maxLength",params:{limit: 100},message:"must NOT have more than 100 characters"}];
return false;
}
else {
if(!pattern4.test(data0)){
validate20.errors = [{instancePath:instancePath+"/employee_id",schemaPath:"#/properties/employee_id/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"},message:"must match pattern \""+"^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"+"\""}];
return false;
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/employee_id",schemaPath:"#/properties/employee_id/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs1 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.name !== undefined){
let data1 = data.name;
const _errs3 = errors;
if(errors === _errs3){
if(typeof data1 === "string"){
if(func1(data1) > 200){
validate20.errors = [{instancePath:instancePath+"/name",schemaPath:"#/properties/name/maxLength",keyword:"maxLength",params:{limit: 200},message:"must NOT have more than 200 characters"}];
return false;
}
else {
if(!pattern4.test(data1)){
validate20.errors = [{instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"},message:"must match pattern \""+"^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"+"\""}];
return false;
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.email !== undefined){
let data2 = data.email;
const _errs5 = errors;
const _errs7 = errors;
let valid1 = false;
const _errs8 = errors;
if("" !== data2){
const err0 = {instancePath:instancePath+"/email",schemaPath:"#/properties/email/anyOf/0/const",keyword:"const",params:{allowedValue: ""},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
var _valid0 = _errs8 === errors;
valid1 = valid1 || _valid0;
const _errs9 = errors;
if(errors === _errs9){
if(typeof data2 === "string"){
if(!(formats0.test(data2))){
const err1 = {instancePath:instancePath+"/email",schemaPath:"#/properties/email/anyOf/1/format",keyword:"format",params:{format: "email"},message:"must match format \""+"email"+"\""};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
}
var _valid0 = _errs9 === errors;
valid1 = valid1 || _valid0;
if(!valid1){
const err2 = {instancePath:instancePath+"/email",schemaPath:"#/properties/email/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
validate20.errors = vErrors;
return false;
}
else {
errors = _errs7;
if(vErrors !== null){
if(_errs7){
vErrors.length = _errs7;
}
else {
vErrors = null;
}
}
}
if(errors === _errs5){
if(typeof data2 === "string"){
if(func1(data2) > 254){
validate20.errors = [{instancePath:instancePath+"/email",schemaPath:"#/properties/email/maxLength",keyword:"maxLength",params:{limit: 254},message:"must NOT have more than 254 characters"}];
return false;
}
}
else {
validate20.errors = [{instancePath:instancePath+"/email",schemaPath:"#/properties/email/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.date_of_birth !== undefined){
let data3 = data.date_of_birth;
const _errs10 = errors;
if(errors === _errs10){
if(typeof data3 === "string"){
if(!pattern6.test(data3)){
validate20.errors = [{instancePath:instancePath+"/date_of_birth",schemaPath:"#/properties/date_of_birth/pattern",keyword:"pattern",params:{pattern: "^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"},message:"must match pattern \""+"^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"+"\""}];
return false;
}
}
else {
validate20.errors = [{instancePath:instancePath+"/date_of_birth",schemaPath:"#/properties/date_of_birth/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs10 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.hired_on !== undefined){
let data4 = data.hired_on;
const _errs12 = errors;
if(errors === _errs12){
if(typeof data4 === "string"){
if(!pattern6.test(data4)){
validate20.errors = [{instancePath:instancePath+"/hired_on",schemaPath:"#/properties/hired_on/pattern",keyword:"pattern",params:{pattern: "^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"},message:"must match pattern \""+"^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"+"\""}];
return false;
}
}
else {
validate20.errors = [{instancePath:instancePath+"/hired_on",schemaPath:"#/properties/hired_on/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs12 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.terminated_on !== undefined){
let data5 = data.terminated_on;
const _errs14 = errors;
if(errors === _errs14){
if(typeof data5 === "string"){
if(!pattern6.test(data5)){
validate20.errors = [{instancePath:instancePath+"/terminated_on",schemaPath:"#/properties/terminated_on/pattern",keyword:"pattern",params:{pattern: "^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"},message:"must match pattern \""+"^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"+"\""}];
return false;
}
}
else {
validate20.errors = [{instancePath:instancePath+"/terminated_on",schemaPath:"#/properties/terminated_on/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs14 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.rehired_on !== undefined){
let data6 = data.rehired_on;
const _errs16 = errors;
if(errors === _errs16){
if(typeof data6 === "string"){
if(!pattern6.test(data6)){
validate20.errors = [{instancePath:instancePath+"/rehired_on",schemaPath:"#/properties/rehired_on/pattern",keyword:"pattern",params:{pattern: "^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"},message:"must match pattern \""+"^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"+"\""}];
return false;
}
}
else {
validate20.errors = [{instancePath:instancePath+"/rehired_on",schemaPath:"#/properties/rehired_on/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs16 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.compensation !== undefined){
let data7 = data.compensation;
const _errs18 = errors;
if(errors === _errs18){
if(typeof data7 === "string"){
if(func1(data7) > 40){
validate20.errors = [{instancePath:instancePath+"/compensation",schemaPath:"#/properties/compensation/maxLength",keyword:"maxLength",params:{limit: 40},message:"must NOT have more than 40 characters"}];
return false;
}
else {
if(!pattern10.test(data7)){
validate20.errors = [{instancePath:instancePath+"/compensation",schemaPath:"#/properties/compensation/pattern",keyword:"pattern",params:{pattern: "^(?:(?=[0-9.]*[1-9])[0-9]{1,12}(?:\\.[0-9]{1,2}0*)?)?$"},message:"must match pattern \""+"^(?:(?=[0-9.]*[1-9])[0-9]{1,12}(?:\\.[0-9]{1,2}0*)?)?$"+"\""}];
return false;
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/compensation",schemaPath:"#/properties/compensation/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs18 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.plan_type !== undefined){
let data8 = data.plan_type;
const _errs20 = errors;
if(typeof data8 !== "string"){
validate20.errors = [{instancePath:instancePath+"/plan_type",schemaPath:"#/properties/plan_type/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if(!(((((data8 === "RSU") || (data8 === "401K")) || (data8 === "ESPP")) || (data8 === "ESOP")) || (data8 === ""))){
validate20.errors = [{instancePath:instancePath+"/plan_type",schemaPath:"#/properties/plan_type/enum",keyword:"enum",params:{allowedValues: schema31.properties.plan_type.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs20 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.enrolled_on !== undefined){
let data9 = data.enrolled_on;
const _errs22 = errors;
if(errors === _errs22){
if(typeof data9 === "string"){
if(!pattern6.test(data9)){
validate20.errors = [{instancePath:instancePath+"/enrolled_on",schemaPath:"#/properties/enrolled_on/pattern",keyword:"pattern",params:{pattern: "^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"},message:"must match pattern \""+"^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$"+"\""}];
return false;
}
}
else {
validate20.errors = [{instancePath:instancePath+"/enrolled_on",schemaPath:"#/properties/enrolled_on/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs22 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.plan_document !== undefined){
let data10 = data.plan_document;
const _errs24 = errors;
if(errors === _errs24){
if(typeof data10 === "string"){
if(func1(data10) > 100){
validate20.errors = [{instancePath:instancePath+"/plan_document",schemaPath:"#/properties/plan_document/maxLength",keyword:"maxLength",params:{limit: 100},message:"must NOT have more than 100 characters"}];
return false;
}
else {
if(!pattern12.test(data10)){
validate20.errors = [{instancePath:instancePath+"/plan_document",schemaPath:"#/properties/plan_document/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]*$"},message:"must match pattern \""+"^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]*$"+"\""}];
return false;
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/plan_document",schemaPath:"#/properties/plan_document/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs24 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
}
}
}
}
}
else {
validate20.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate20.errors = vErrors;
return errors === 0;
}
validate20.evaluated = {"props":{"employee_id":true,"name":true,"email":true,"date_of_birth":true,"hired_on":true,"terminated_on":true,"rehired_on":true,"compensation":true,"plan_type":true,"enrolled_on":true,"plan_document":true},"dynamicProps":false,"dynamicItems":false};
